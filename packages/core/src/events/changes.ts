/** A wake-up for watchers in this process: a hint, never the truth. */
export interface Changes {
  /** Says that something of this task, or of this user's wallet, has changed. */
  tell(taskId: string): void;
  /** Calls back on every `tell`; returns the function that ends it. */
  listen(handler: (taskId: string) => void): () => void;
}

/** Makes the in-process hub of hints. */
export function createChanges(): Changes {
  const handlers = new Set<(taskId: string) => void>();
  return {
    tell(taskId) {
      for (const handler of handlers) handler(taskId);
    },
    listen(handler) {
      handlers.add(handler);
      return () => handlers.delete(handler);
    },
  };
}
