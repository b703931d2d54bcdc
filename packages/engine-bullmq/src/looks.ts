/** At one generation at a time and few generations at once: what this process has its hands on. */
export interface Looks {
  /** Resolves when it has been looked at, or handed back. Somebody who waits for the same look shares it. Never rejects. */
  look(generationId: string): Promise<void>;
  /** Whether one more would have to wait. */
  readonly full: boolean;
  /** Begins nothing more. What waits for its turn is handed back; resolves when nothing runs. */
  end(): Promise<void>;
}

interface Waiting {
  readonly looked: PromiseWithResolvers<void>;
}

/**
 * Makes them.
 *
 * @param advance - Must not reject.
 * @param handBack - What becomes of those that this process will not look at any more.
 */
export function createLooks(
  concurrency: number,
  advance: (generationId: string) => Promise<void>,
  handBack: (generationId: string) => void,
): Looks {
  /** In the order of their coming. */
  const waiting = new Map<string, Waiting>();
  const running = new Set<Promise<void>>();
  let ended = false;

  const begin = () => {
    for (const [id, { looked }] of waiting) {
      if (running.size >= concurrency) return;
      waiting.delete(id);
      const run = advance(id).finally(() => {
        running.delete(run);
        // Broken off or not: whoever goes on need not wait for a sweep to find it.
        if (ended) handBack(id);
        looked.resolve();
        begin();
      });
      running.add(run);
    }
  };

  return {
    look(id) {
      if (ended) {
        handBack(id);
        return Promise.resolve();
      }
      const same = waiting.get(id);
      if (same) return same.looked.promise;
      const looked = Promise.withResolvers<void>();
      waiting.set(id, { looked });
      begin();
      return looked.promise;
    },
    get full() {
      return running.size >= concurrency;
    },
    async end() {
      ended = true;
      for (const [id, { looked }] of waiting) {
        handBack(id);
        looked.resolve();
      }
      waiting.clear();
      while (running.size > 0) await Promise.all(running);
    },
  };
}
