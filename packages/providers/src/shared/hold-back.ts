/** No format of ours can lose so much of its end and still look whole. */
const heldBytes = 1024;

/**
 * Passes a file on while it arrives, but for its last bytes, which follow when `wanted` says so at its end. A file that
 * is not wanted thus ends as one that was cut, and whoever checks files for their end throws it away. For answers that
 * say only behind a file whether it counts: none is ever whole in memory.
 */
export function holdBack(
  file: ReadableStream<Uint8Array>,
  wanted: () => Promise<boolean>,
): ReadableStream<Uint8Array> {
  const reader = file.getReader();
  const held: Uint8Array[] = [];
  let bytes = 0;
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        for (;;) {
          const [first] = held;
          if (first !== undefined && bytes - first.length >= heldBytes) {
            held.shift();
            bytes -= first.length;
            return controller.enqueue(first);
          }
          const step = await reader.read();
          if (step.done) break;
          held.push(step.value);
          bytes += step.value.length;
        }
        if (await wanted()) for (const piece of held.splice(0)) controller.enqueue(piece);
        controller.close();
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  );
}
