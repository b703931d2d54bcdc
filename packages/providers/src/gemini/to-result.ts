import type { Logger, ProviderOutput } from "@genbff/core";
import { type DecodedString, readBase64Strings } from "../shared/base64-stream.ts";
import type { ByteSource } from "../shared/byte-source.ts";
import { holdBack } from "../shared/hold-back.ts";
import type { JsonPath } from "../shared/json-scanner.ts";
import { jsonBytesMax } from "../shared/read-json.ts";
import { slug } from "../shared/status-error.ts";
import { costOf } from "./cost.ts";
import { lostAnswer, rejectionOf, withoutOutput } from "./errors.ts";
import { answerSchema, type GeminiAnswer } from "./wire.ts";

/** What an answer held, known once its picture was read. */
export interface GeminiResult {
  readonly outputs: AsyncIterable<ProviderOutput>;
  /** Nothing before the outputs were read to the end, or if the vendor did not say. */
  readonly cost: () => { unit: string; amount: number } | undefined;
}

/**
 * The picture of an answer, while it arrives.
 *
 * A thinking model may draw drafts before it, and says `thought` only behind their megabytes. So that none is held in
 * memory, each picture is passed on at once but for its last bytes: they follow when the answer shows that it was the
 * last and no thought. A draft thus ends as a damaged file, which nobody keeps, and the next picture takes its place
 * under the same index.
 *
 * @throws ProviderError - while iterating: what `withoutOutput` says, or `submission_unknown` for an answer that broke
 * off or is garbled.
 */
export function toResult(body: ByteSource, model: string, logger: Logger): GeminiResult {
  let answer: GeminiAnswer | undefined;
  async function* read(): AsyncGenerator<ProviderOutput> {
    const found = readBase64Strings(body, {
      // Signatures of thoughts are as long as pictures: as wanted strings that nobody reads they take no memory.
      wanted: (path) => isPicture(path) || path.at(-1) === "thoughtSignature",
      restBytesMax: jsonBytesMax,
      garbled: lostAnswer,
    });
    try {
      let step = await nextPicture(found);
      let delivered = false;
      while (!step.done) {
        const { path, stream } = step.value;
        let ahead: ReturnType<typeof nextPicture> | undefined;
        const lookAhead = () => (ahead ??= nextPicture(found));
        const isFinal = async () => {
          const next = await lookAhead();
          return next.done === true && isWanted(answerSchema.safeParse(next.value).data, path);
        };
        yield { index: 0, source: { stream: holdBack(stream, isFinal) } };
        delivered = await isFinal();
        step = await lookAhead();
      }
      answer = answerSchema.safeParse(step.value).data;
      tellModel(answer, model, logger);
      if (delivered) return;
      throw hasUnreadPicture(answer) ? lostAnswer("the picture is missing") : withoutOutput(answer, logger);
    } finally {
      await found.return(undefined);
    }
  }
  return { outputs: read(), cost: () => costOf(answer) };
}

/** The vendor hands requests of retired models to others, and says beforehand when one will go. */
export function tellModel(answer: GeminiAnswer | undefined, model: string, logger: Logger): void {
  const answered = slug(answer?.modelVersion);
  if (answered !== undefined && answered !== model) {
    logger.warn({ provider: "gemini", asked: model, answered }, "another model answered than was asked");
  }
  const retires = slug(answer?.modelStatus?.retirementTime);
  if (retires !== undefined) logger.warn({ provider: "gemini", model, retires }, "the model will be retired");
}

async function nextPicture(found: AsyncGenerator<DecodedString, unknown, undefined>) {
  let step = await found.next();
  while (!step.done && !isPicture(step.value.path)) step = await found.next();
  return step;
}

/** `candidates[0].content.parts[n].inlineData.data`. One picture was asked for: a second candidate is not looked at. */
function isPicture(path: JsonPath): boolean {
  const [candidates, first, content, parts, , inlineData, data] = path;
  return (
    path.length === 7 &&
    candidates === "candidates" &&
    first === 0 &&
    content === "content" &&
    parts === "parts" &&
    inlineData === "inlineData" &&
    data === "data"
  );
}

/** A draft is not what was asked for, and neither is a picture that comes with a refusal. */
function isWanted(answer: GeminiAnswer | undefined, path: JsonPath): boolean {
  return partsOf(answer)[Number(path[4])]?.thought !== true && rejectionOf(answer) === undefined;
}

/** Something stands where the picture should, but it is none that counts. */
function hasUnreadPicture(answer: GeminiAnswer | undefined): boolean {
  const unread = partsOf(answer).some(({ inlineData, thought }) => inlineData !== undefined && !thought);
  return unread && rejectionOf(answer) === undefined;
}

function partsOf(answer: GeminiAnswer | undefined) {
  return answer?.candidates?.[0]?.content?.parts ?? [];
}
