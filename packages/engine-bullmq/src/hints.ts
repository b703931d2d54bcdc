/** Tells other processes which tasks have changed, and hears it from them. Hints: lost ones are found by the next tick. */
export interface Hints {
  tell(taskId: string): void;
  /** Takes what came; what is not ours, or our own, is left aside. */
  hear(text: string): void;
  listen(handler: (taskId: string) => void): () => void;
}

/** Steps follow each other in no time: their watchers look once. */
const gatherMs = 5;
/** 128 characters at most for a task's id: far below the 8,000 bytes of a notification in Postgres. */
const tasksPerMessage = 40;

/**
 * Makes them.
 *
 * @param publish - Sends to all processes, this one included. Must not reject.
 */
export function createHints(publish: (text: string) => void): Hints {
  const us = crypto.randomUUID();
  const handlers = new Set<(taskId: string) => void>();
  let told = new Set<string>();

  const send = () => {
    const tasks = [...told];
    told = new Set();
    for (let from = 0; from < tasks.length; from += tasksPerMessage)
      publish(JSON.stringify({ by: us, tasks: tasks.slice(from, from + tasksPerMessage) }));
  };
  return {
    tell(taskId) {
      if (told.size === 0) setTimeout(send, gatherMs).unref();
      told.add(taskId);
    },
    hear(text) {
      const { by, tasks } = read(text);
      if (by === us) return;
      for (const task of tasks) for (const handler of handlers) handler(task);
    },
    listen(handler) {
      handlers.add(handler);
      return () => handlers.delete(handler);
    },
  };
}

/** Whoever reaches the channel can write to it. */
function read(text: string): { by: unknown; tasks: readonly string[] } {
  try {
    const { by, tasks } = JSON.parse(text) as { by?: unknown; tasks?: unknown };
    if (!Array.isArray(tasks)) return { by, tasks: [] };
    return { by, tasks: tasks.filter((task) => typeof task === "string") };
  } catch {
    return { by: undefined, tasks: [] };
  }
}
