import type { ByteSource } from "./byte-source.ts";

/** A stream that opens its source when the first piece is asked for, so that outputs that wait hold no connection. */
export function lazyStream(open: () => Promise<ByteSource>): ReadableStream<Uint8Array> {
  let source: ByteSource | undefined;
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        source ??= await open();
        const piece = await source.next();
        if (piece === undefined) controller.close();
        else controller.enqueue(piece);
      },
      async cancel() {
        await source?.cancel();
      },
    },
    { highWaterMark: 0 },
  );
}
