import { AppError } from "../../errors/app-error.ts";

/** How much may arrive, and how long it may take. */
export interface BodyLimits {
  readonly bytesMax: number;
  /** From the first look to the last byte. */
  readonly timeoutMs: number;
}

/**
 * The chunks of a request's body, within limits. Leaving the loop cancels what has not arrived.
 *
 * @throws AppError `payload_too_large` - declared, or found while reading.
 * @throws AppError `request_timeout` - a body that drips or breaks off, or whose sender has gone.
 */
export async function* readChunks(
  request: Request,
  limits: BodyLimits,
): AsyncGenerator<Uint8Array, void, void> {
  const tooLarge = () => new AppError("payload_too_large", { details: { bytes_max: limits.bytesMax } });
  if (Number(request.headers.get("content-length") ?? 0) > limits.bytesMax) throw tooLarge();
  const reader = (request.body as ReadableStream<Uint8Array> | null)?.getReader();
  if (reader === undefined) return;

  // Not a race with a promise that waits as long as the body: it would hold every chunk until it is settled.
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    letGo();
  }, limits.timeoutMs);
  // A body that broke rejects here too, with what the reader was already told.
  const letGo = () => void reader.cancel().catch(() => undefined);
  // Not every host ends the body of a client that has gone.
  request.signal.addEventListener("abort", letGo, { once: true });
  try {
    for (let total = 0; ; ) {
      const { done, value } = await reader.read().catch(brokenOff);
      if (late || request.signal.aborted) throw new AppError("request_timeout");
      if (done) return;
      total += value.byteLength;
      if (total > limits.bytesMax) throw tooLarge();
      yield value;
    }
  } finally {
    clearTimeout(timer);
    request.signal.removeEventListener("abort", letGo);
    letGo();
  }
}

/** A line that broke is nobody's fault here, and nobody hears the answer. */
function brokenOff(error: unknown): never {
  throw new AppError("request_timeout", { cause: error });
}

/** The chunks of a stream. Leaving the loop cancels the rest, so that the stream's source is free again. */
export async function* readChunksOf(
  stream: ReadableStream<Uint8Array>,
): AsyncGenerator<Uint8Array, void, void> {
  const reader = stream.getReader();
  let ended = false;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      ended = done;
      if (done) return;
      yield value;
    }
  } finally {
    if (!ended) await reader.cancel();
  }
}
