/** A wake-up for watchers: a hint, never the truth. */
export interface Changes {
  /** Says that something of this task, or of this user's wallet, has changed. */
  tell(taskId: string): void;
  /** Calls back on every `tell`; returns the function that ends it. */
  listen(handler: (taskId: string) => void): () => void;
}

/** Whoever brings hints to other processes, and theirs to us: an engine that can. */
export interface Elsewhere {
  tellOthers?(taskId: string): void;
  onChanged?(handler: (taskId: string) => void): () => void;
}

/** Makes the hub of this process's hints. Where nobody brings them further, other processes find what is new by their tick. */
export function createChanges(elsewhere: Elsewhere = {}): Changes {
  const handlers = new Set<(taskId: string) => void>();
  const tellHere = (taskId: string) => {
    for (const handler of handlers) handler(taskId);
  };
  elsewhere.onChanged?.(tellHere);
  return {
    tell(taskId) {
      tellHere(taskId);
      elsewhere.tellOthers?.(taskId);
    },
    listen(handler) {
      handlers.add(handler);
      return () => handlers.delete(handler);
    },
  };
}
