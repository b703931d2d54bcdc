import type { StoredGeneration } from "../events/stored-generation.ts";
import type { Watcher } from "../events/watcher.ts";
import type { Clock } from "../shared/clock.ts";

/** What a wait is for. */
export interface LongPoll {
  readonly watcher: Watcher;
  readonly clock: Clock;
  readonly userId: string;
  /** What is known now. */
  readonly stored: StoredGeneration;
  readonly waitMs: number;
  /** Worth answering with. */
  readonly until: (stored: StoredGeneration) => boolean;
  /** Ends the wait early: the client is gone, or the BFF stops. */
  readonly signals: readonly AbortSignal[];
}

/**
 * Waits until a generation is worth telling of, and gives what is true then; at the latest after `waitMs`.
 *
 * Asks nothing of the database itself: the process's watcher does, for everybody who waits.
 */
export async function waitForNews(poll: LongPoll): Promise<StoredGeneration> {
  let latest = poll.stored;
  const over = () => poll.until(latest) || latest.completed_at !== null;
  if (over() || poll.waitMs <= 0 || poll.signals.some((signal) => signal.aborted)) return latest;

  const target = {
    userId: poll.userId,
    taskId: latest.task_id,
    generationId: latest.generation_id,
    walletId: null,
  };
  await new Promise<void>((resolve) => {
    const finish = () => {
      callOff();
      stop();
      for (const signal of poll.signals) signal.removeEventListener("abort", finish);
      resolve();
    };
    const callOff = poll.clock.after(poll.waitMs, finish);
    const stop = poll.watcher.watch(target, latest.version, ({ events }) => {
      latest = events.at(-1)?.snapshot ?? latest;
      if (over()) finish();
    });
    for (const signal of poll.signals) signal.addEventListener("abort", finish, { once: true });
  });
  return latest;
}
