/** The body of a write on its way to another server. */
export interface GuardedBody {
  /** Fails with `signal.reason`, with what `stop` was given, or as its source did: then it never ends as if it were whole. */
  readonly stream: ReadableStream<Uint8Array>;
  /** Fails the stream and lets its source go. */
  stop(reason: unknown): Promise<void>;
}

/**
 * Guards a body whose end is taken for the word that it is whole.
 *
 * Nothing is read ahead. An abort is heard while the source says nothing, and looked for once more right before the end.
 */
export function guardedBody(
  source: ReadableStream<Uint8Array>,
  signal: AbortSignal | undefined,
): GuardedBody {
  const reader = source.getReader();
  let controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  const stop = async (reason: unknown) => {
    signal?.removeEventListener("abort", abort);
    controller?.error(reason);
    await reader.cancel(reason).catch(() => undefined);
  };
  const abort = () => void stop(signal?.reason);
  signal?.addEventListener("abort", abort, { once: true });

  const stream = new ReadableStream<Uint8Array>(
    {
      start(given) {
        controller = given;
      },
      async pull(given) {
        const { done, value } = await reader.read();
        signal?.throwIfAborted();
        if (!done) return given.enqueue(value);
        signal?.removeEventListener("abort", abort);
        given.close();
      },
      cancel: stop,
    },
    { highWaterMark: 0 },
  );
  return { stream, stop };
}
