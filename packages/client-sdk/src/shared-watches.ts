/** What can be watched by several at once. */
export interface Watchable<Item> {
  /** The same for all who may share. */
  readonly key: string;
  open(signal: AbortSignal): AsyncIterable<Item>;
  /** What an item is about: of each, only the last is still true. */
  subjectOf(item: Item): string;
}

/** The watches of one client: one stream for each thing that is watched, whoever and how many watch it. */
export interface SharedWatches {
  /**
   * Tells everything from now on, beginning with what is true now. Ends with the watch, or quietly when `signal` is
   * aborted; the last who leaves ends the watch. Everybody is told everything: somebody slow holds nobody up.
   */
  join<Item>(watchable: Watchable<Item>, signal: AbortSignal | undefined): AsyncGenerator<Item, void, void>;
}

interface Reader<Item> {
  /** Told to the others already. */
  readonly queue: Item[];
  wake(): void;
}

interface Running<Item> {
  /** The last item about each subject. */
  readonly latest: Map<string, Item>;
  readonly readers: Set<Reader<Item>>;
  readonly stop: AbortController;
  readonly joinableUntilMs: number;
  end: { readonly error?: unknown } | undefined;
}

/** What is true may be as old as the watch, and with it the links in it, which work for an hour. */
const joinableMs = 30 * 60_000;

/** Makes them. */
export function createSharedWatches(): SharedWatches {
  const watches = new Map<string, Running<unknown>>();

  function start<Item>({ key, open, subjectOf }: Watchable<Item>): Running<Item> {
    const watch: Running<Item> = {
      latest: new Map(),
      readers: new Set(),
      stop: new AbortController(),
      joinableUntilMs: Date.now() + joinableMs,
      end: undefined,
    };
    const wakeAll = () => {
      for (const reader of watch.readers) reader.wake();
    };
    const run = async () => {
      for await (const item of open(watch.stop.signal)) {
        watch.latest.set(subjectOf(item), item);
        for (const { queue } of watch.readers) queue.push(item);
        wakeAll();
      }
    };
    const over = (end: { readonly error?: unknown }) => {
      watch.end = end;
      forget(key, watch);
      wakeAll();
    };
    watches.set(key, watch as Running<unknown>);
    run().then(
      () => over({}),
      (error: unknown) => over({ error }),
    );
    return watch;
  }

  function forget<Item>(key: string, watch: Running<Item>): void {
    if (watches.get(key) === (watch as Running<unknown>)) watches.delete(key);
  }

  return {
    async *join<Item>(watchable: Watchable<Item>, signal: AbortSignal | undefined) {
      if (signal?.aborted) return;
      const known = watches.get(watchable.key) as Running<Item> | undefined;
      const watch = known && Date.now() < known.joinableUntilMs ? known : start(watchable);
      const reader: Reader<Item> = { queue: [...watch.latest.values()], wake: () => undefined };
      const onAbort = () => reader.wake();
      watch.readers.add(reader);
      signal?.addEventListener("abort", onAbort);
      try {
        while (!signal?.aborted) {
          const item = reader.queue.shift();
          if (item !== undefined) yield item;
          else if (watch.end === undefined)
            await new Promise<void>((resolve) => {
              reader.wake = resolve;
            });
          else if ("error" in watch.end) throw watch.end.error;
          else return;
        }
      } finally {
        signal?.removeEventListener("abort", onAbort);
        watch.readers.delete(reader);
        if (watch.readers.size === 0) {
          forget(watchable.key, watch);
          watch.stop.abort();
        }
      }
    },
  };
}
