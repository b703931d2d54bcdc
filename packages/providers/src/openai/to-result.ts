import { ProviderError, type ProviderOutput } from "@genbff/core";
import { readBase64Strings } from "../shared/base64-stream.ts";
import type { ByteSource } from "../shared/byte-source.ts";
import type { JsonPath } from "../shared/json-scanner.ts";
import { jsonBytesMax } from "../shared/read-json.ts";
import { isModeration } from "./errors.ts";
import type { OpenaiModel } from "./models.ts";
import { answerSchema, type OpenaiUsage } from "./wire.ts";

/** What an answer held, known once its pictures were read. */
export interface OpenaiResult {
  readonly outputs: AsyncIterable<ProviderOutput>;
  /** Nothing before the outputs were read to the end, or if the vendor did not say. */
  readonly usage: () => OpenaiUsage | undefined;
}

/**
 * The pictures of an answer, one after the other, while it arrives.
 *
 * A place without a picture is left out. Pictures beyond those that were asked for are not delivered.
 *
 * @throws ProviderError `submission_unknown` - while iterating: the answer broke off, is garbled or holds no picture.
 * @throws ProviderError `content_rejected` - while iterating: the vendor refused the content in a 200.
 */
export function toResult(body: ByteSource, outputsMax: number): OpenaiResult {
  let usage: OpenaiUsage | undefined;
  async function* read(): AsyncGenerator<ProviderOutput> {
    const found = readBase64Strings(body, {
      wanted: (path) => isPicture(path),
      restBytesMax: jsonBytesMax,
      garbled: lostAnswer,
    });
    let delivered = 0;
    let step = await found.next();
    try {
      for (; !step.done; step = await found.next()) {
        const index = Number(step.value.path[1]);
        if (index < delivered || index >= outputsMax) continue;
        delivered = index + 1;
        yield { index, source: { stream: step.value.stream } };
      }
    } finally {
      await found.return(undefined);
    }
    usage = answerSchema.safeParse(step.value).data?.usage;
    if (delivered === 0) throw emptyAnswer(step.value);
  }
  return { outputs: read(), usage: () => usage };
}

/** What a call cost by the vendor's price list. Nothing for a model whose price we do not know. */
export function toCost(usage: OpenaiUsage | undefined, model: OpenaiModel) {
  const price = model.usdPerMillion;
  if (usage === undefined || price === undefined) return undefined;
  const image = usage.input_tokens_details?.image_tokens ?? 0;
  const text = Math.max(0, usage.input_tokens - image);
  const microDollars = text * price.textIn + image * price.imageIn + usage.output_tokens * price.imageOut;
  return { unit: "usd", amount: Math.round(microDollars) / 1e6 };
}

function isPicture(path: JsonPath): boolean {
  return path.length === 3 && path[0] === "data" && typeof path[1] === "number" && path[2] === "b64_json";
}

/** An answer after which nobody knows what was bought. */
export function lostAnswer(why: string): ProviderError {
  return new ProviderError("submission_unknown", { outcome: "unknown", message: `openai: ${why}` });
}

function emptyAnswer(rest: unknown): ProviderError {
  if (!isModeration(rest)) return lostAnswer("the answer holds no picture");
  return new ProviderError("content_rejected", {
    outcome: "refused",
    message: "openai: content refused in an answer with status 200",
    details: { stage: "output" },
  });
}
