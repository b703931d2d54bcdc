import type { InputFile } from "@genbff/core";

/** A request's body that is never whole in memory. Its length is known beforehand, so that no vendor sees a chunked upload. */
export interface StreamedBody {
  readonly contentType: string;
  readonly bytes: number;
  readonly stream: ReadableStream<Uint8Array>;
  /** What went wrong while our own storage was read: then the body never became whole, and nobody can act on it. */
  readonly failure: () => unknown;
}

/** Makes a body of pieces that are written while it is sent. Can be sent once. */
export function createStreamedBody(
  contentType: string,
  bytes: number,
  pieces: AsyncGenerator<Uint8Array>,
): StreamedBody {
  let failure: unknown;
  return {
    contentType,
    bytes,
    failure: () => failure,
    stream: new ReadableStream<Uint8Array>(
      {
        async pull(controller) {
          try {
            const step = await pieces.next();
            if (step.done) controller.close();
            else controller.enqueue(step.value);
          } catch (error) {
            failure = error;
            throw error;
          }
        },
        async cancel() {
          await pieces.return(undefined);
        },
      },
      { highWaterMark: 0 },
    ),
  };
}

/**
 * Reads a file of ours. One that is not as long as its row says would be sent cut off, or with what follows inside it.
 *
 * @throws Error - it is longer or shorter.
 */
export async function* readExactly(file: InputFile): AsyncGenerator<Uint8Array> {
  let sent = 0;
  for await (const chunk of await file.open()) {
    sent += chunk.length;
    if (sent > file.bytes) break;
    yield chunk;
  }
  if (sent !== file.bytes) throw new Error("An input file does not have the length that was recorded.");
}
