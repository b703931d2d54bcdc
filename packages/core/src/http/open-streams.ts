import { AppError } from "../errors/app-error.ts";
import type { Clock } from "../shared/clock.ts";

/** One open stream, as its keeper sees it. */
export interface OpenStream {
  readonly userId: string;
  /** Called about once a second. */
  beat(nowMs: number): void;
  /** The BFF stops, or had stopped when the stream was added. */
  close(): void;
}

/** All open streams of a process. */
export interface OpenStreams {
  /**
   * Keeps a stream until the returned function is called.
   *
   * @throws AppError `rate_limited` - too many streams of one user.
   */
  add(stream: OpenStream): () => void;
}

const beatMs = 1000;
const perUserMax = 50;

/** Makes the keeper of open streams: one timer for all of them, because an idle stream should cost next to nothing. */
export function createOpenStreams(closing: AbortSignal, clock: Clock): OpenStreams {
  const open = new Set<OpenStream>();
  const counts = new Map<string, number>();
  let endBeats: (() => void) | undefined;

  const beatAll = () => {
    const now = clock.now();
    for (const stream of [...open]) stream.beat(now);
  };
  const closeAll = () => {
    for (const stream of [...open]) stream.close();
  };
  closing.addEventListener("abort", closeAll, { once: true });

  return {
    add(stream) {
      const count = counts.get(stream.userId) ?? 0;
      if (count >= perUserMax) throw new AppError("rate_limited", { details: { retry_after_s: 5 } });
      counts.set(stream.userId, count + 1);
      open.add(stream);
      endBeats ??= clock.every(beatMs, beatAll);
      // Opened while the BFF was already stopping: nobody would come back to close it.
      if (closing.aborted) queueMicrotask(() => stream.close());
      return () => {
        if (!open.delete(stream)) return;
        const left = (counts.get(stream.userId) ?? 1) - 1;
        if (left > 0) counts.set(stream.userId, left);
        else counts.delete(stream.userId);
        if (open.size > 0) return;
        endBeats?.();
        endBeats = undefined;
      };
    },
  };
}
