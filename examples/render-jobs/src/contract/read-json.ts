import { AppError } from "@genbff/core";

/** A render is asked for in a few addresses. */
const bytesMax = 64_000;

/**
 * The body of a request as JSON.
 *
 * @throws AppError `payload_too_large`, `invalid_json`.
 */
export async function readJson(request: Request): Promise<unknown> {
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  for await (const chunk of request.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > bytesMax) throw new AppError("payload_too_large");
    text += decoder.decode(chunk, { stream: true });
  }
  try {
    return JSON.parse(text + decoder.decode());
  } catch (cause) {
    throw new AppError("invalid_json", { cause });
  }
}
