/** A body that is read piece by piece, by one reader. */
export interface ByteSource {
  /** The next piece; nothing at the end. */
  next(): Promise<Uint8Array | undefined>;
  /** Reads no further and closes the connection. A second call does nothing. */
  cancel(): Promise<void>;
}

/** How long each piece may take, and what a failure is called. */
export interface ByteSourceLimits {
  readonly firstByteMs: number;
  readonly idleMs: number;
  readonly onTimeout: () => Error;
  readonly onBroken: (cause: unknown) => Error;
}

/**
 * Reads a body with a bounded wait for each piece.
 *
 * Time counts only while a piece is asked for: a consumer may take as long as it likes between two.
 */
export function createByteSource(
  body: ReadableStream<Uint8Array> | null,
  limits: ByteSourceLimits,
): ByteSource {
  const reader = body?.getReader();
  let waitMs = limits.firstByteMs;
  let ended = reader === undefined;
  const cancel = async (reason?: Error) => {
    if (ended) return;
    ended = true;
    // The connection may be gone already; then there is nothing left to close.
    await reader?.cancel(reason).catch(() => undefined);
  };
  return {
    cancel: () => cancel(),
    async next() {
      if (ended || reader === undefined) return undefined;
      let timer: ReturnType<typeof setTimeout> | undefined;
      const late = new Promise<"late">((resolve) => {
        timer = setTimeout(resolve, waitMs, "late");
      });
      try {
        const read = reader.read().catch((cause: unknown) => {
          throw limits.onBroken(cause);
        });
        const step = await Promise.race([read, late]);
        if (step === "late") {
          read.catch(() => undefined);
          const error = limits.onTimeout();
          await cancel(error);
          throw error;
        }
        waitMs = limits.idleMs;
        if (step.done) ended = true;
        return step.value;
      } finally {
        clearTimeout(timer);
      }
    },
  };
}
