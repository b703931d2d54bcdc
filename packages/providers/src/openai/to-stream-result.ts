import type { ProviderOutput, SubmitContext } from "@genbff/core";
import { readBase64Strings } from "../shared/base64-stream.ts";
import type { ByteSource } from "../shared/byte-source.ts";
import { jsonBytesMax, readErrorBody } from "../shared/read-json.ts";
import { readServerSentEvents, type ServerSentEvent } from "../shared/server-sent-events.ts";
import { errorInStream } from "./errors.ts";
import { lostAnswer, type OpenaiResult } from "./to-result.ts";
import { answerSchema, type OpenaiUsage } from "./wire.ts";

/** The events that hold a picture: `resources/images.ts` of the vendor's own npm package. */
const kinds: Record<string, "partial" | "completed"> = {
  "image_generation.partial_image": "partial",
  "image_edit.partial_image": "partial",
  "image_generation.completed": "completed",
  "image_edit.completed": "completed",
};

/**
 * The picture of an answer that streams: its unfinished forms are shown while they arrive, the finished one is the
 * output. Every picture is decoded piece by piece.
 *
 * @throws ProviderError `content_rejected`, `provider_unavailable` - while iterating: the vendor said so in the stream.
 * @throws ProviderError `submission_unknown` - while iterating: the stream broke off before its picture was whole, or
 *   told of a failure that may have been bought.
 */
export function toStreamResult(body: ByteSource, preview: SubmitContext["preview"]): OpenaiResult {
  let usage: OpenaiUsage | undefined;
  async function* read(): AsyncGenerator<ProviderOutput> {
    let painted = false;
    for await (const event of readServerSentEvents(body)) {
      const kind = kinds[event.name ?? ""];
      if (kind === undefined) {
        await passOver(event, painted);
        continue;
      }
      const found = readBase64Strings(event.data, {
        wanted: (path) => path.length === 1 && path[0] === "b64_json",
        restBytesMax: jsonBytesMax,
        garbled: lostAnswer,
      });
      let pictures = 0;
      let step = await found.next();
      try {
        for (; !step.done; step = await found.next()) {
          const { stream } = step.value;
          if (kind === "partial") await preview(0, stream);
          else if (pictures === 0) yield { index: 0, source: { stream } };
          pictures++;
        }
      } finally {
        await found.return(undefined);
      }
      const failure = errorInStream(step.value, painted);
      if (failure) throw failure;
      painted = true;
      if (kind === "partial") continue;
      usage = answerSchema.safeParse(step.value).data?.usage;
      if (pictures === 0) throw lostAnswer("the answer holds no picture");
      // Partial pictures may come late; nobody wants them any more.
      return;
    }
    throw lostAnswer("the stream ended before its picture");
  }
  return { outputs: read(), usage: () => usage };
}

/** An event that we do not know says nothing, unless it is an error: by its name, or by a member of that name. */
async function passOver({ name, data }: ServerSentEvent, painted: boolean): Promise<void> {
  const body = await readErrorBody({ body: data });
  const failure =
    errorInStream(body, painted) ??
    (name === "error" ? errorInStream({ error: body ?? {} }, painted) : undefined);
  if (failure) throw failure;
}
