import type { HttpAnswer } from "./http.ts";
import { brokenCall } from "./transport-error.ts";

/** No answer of a vendor that we read whole is larger. */
export const jsonBytesMax = 5_000_000;
/** Of an error we want a code, not a novel. */
const errorBytesMax = 200_000;

/**
 * Reads an answer as JSON.
 *
 * @throws ProviderError - it broke off, is larger than 5 MB or is no JSON: `unknown` for a submission, else `not_sent`.
 */
export async function readJson(answer: HttpAnswer): Promise<unknown> {
  const text = await readText(answer, jsonBytesMax);
  if (text === undefined) throw brokenCall({ ...answer.call, why: "the answer is too large" });
  try {
    return JSON.parse(text);
  } catch {
    // The parser's message quotes the answer, which no log may hold.
    throw brokenCall({ ...answer.call, why: `the answer (${answer.status}) is no JSON` });
  }
}

/** Reads the body of a refusal for its code. The status alone decides the outcome, so an unreadable body is no failure. */
export async function readErrorBody(answer: Pick<HttpAnswer, "body">): Promise<unknown> {
  try {
    return JSON.parse((await readText(answer, errorBytesMax)) ?? "null");
  } catch {
    return undefined;
  }
}

async function readText({ body }: Pick<HttpAnswer, "body">, bytesMax: number): Promise<string | undefined> {
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  for (let chunk = await body.next(); chunk; chunk = await body.next()) {
    bytes += chunk.length;
    if (bytes > bytesMax) {
      await body.cancel();
      return undefined;
    }
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}
