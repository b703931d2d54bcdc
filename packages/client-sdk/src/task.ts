import type { CallOptions } from "./client.ts";
import type { WatchContext } from "./watch.ts";
import { watchTask } from "./watch-task.ts";
import type { Balance, GenerationStatus, TaskTree } from "./wire.ts";

/** One thing that happened while a task was watched. */
export type TaskUpdate =
  | { type: "generation"; generation: GenerationStatus }
  | { type: "balance"; balance: Balance }
  | { type: "connection"; state: "open" }
  | { type: "connection"; state: "reconnecting"; retryInMs: number };

/** A piece of work with all its generations. */
export interface Task {
  readonly id: string;
  /** The task with its tree, oldest generation first. */
  get(options?: CallOptions): Promise<TaskTree>;
  /**
   * Every change of its generations, beginning with what is true of each now; the wallet when credits of the task
   * move; and the connection. New generations appear by themselves. Each version comes at most once, in order.
   *
   * Rejects only where trying again is useless, e.g. `not_found` before the task's first generation.
   *
   * Does not end by itself: leave the loop, or abort `signal`, which ends it quietly. However often a task is watched
   * at the same time by one client, there is one stream of it.
   */
  updates(options?: CallOptions): AsyncIterable<TaskUpdate>;
}

/** The handle of one task. */
export function createTask(taskId: string, context: WatchContext): Task {
  return {
    id: taskId,
    get: (options = {}) =>
      context.transport.call({
        path: `/tasks/${encodeURIComponent(taskId)}`,
        repeat: true,
        signal: options.signal,
      }),
    updates: (options = {}) => watchTask(taskId, context, options.signal),
  };
}
