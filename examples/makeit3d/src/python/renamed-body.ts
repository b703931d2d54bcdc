/** The longest JSON that the BFF reads. What is longer goes on as it is: the BFF refuses it by its length. */
const bytesMax = 1_000_000;

/**
 * A body with other words. It is read when the BFF reads it, and no further: after the caller is known, and within the
 * BFF's own limits of size and time.
 *
 * @param rename - Is given the whole body, and gives back what is to be read instead.
 */
export function renamedBody(
  body: ReadableStream<Uint8Array>,
  rename: (bytes: Uint8Array) => Uint8Array,
): ReadableStream<Uint8Array> {
  let reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        reader ??= body.getReader();
        const pieces: Uint8Array[] = [];
        let bytes = 0;
        for (;;) {
          const { done, value } = await reader.read();
          if (done) break;
          pieces.push(value);
          bytes += value.byteLength;
          if (bytes > bytesMax) {
            for (const piece of pieces) controller.enqueue(piece);
            controller.close();
            await reader.cancel();
            return;
          }
        }
        controller.enqueue(rename(Buffer.concat(pieces)));
        controller.close();
      },
      cancel: (reason) => (reader ?? body).cancel(reason),
    },
    { highWaterMark: 0 },
  );
}
