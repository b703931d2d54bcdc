import type { BffContext } from "../context.ts";
import type { Balance } from "../contract/credits.ts";
import type { JsonObject } from "../shared/json.ts";
import type { StoredGeneration } from "./stored-generation.ts";

/** What is watched: one generation, or a whole task. */
export interface WatchTarget {
  readonly userId: string;
  readonly taskId: string;
  /** null: every generation of the task. */
  readonly generationId: string | null;
  /** Whose balance is told where money moved; null: nobody's. */
  readonly walletId: string | null;
}

/** One change, in the order of its commit. */
export interface WatchedEvent {
  /** Counts within the task. */
  readonly seq: number;
  /** Counts within the generation. */
  readonly version: number;
  readonly snapshot: StoredGeneration;
}

/** What a watcher is told at once. */
export interface WatchNews {
  readonly events: readonly WatchedEvent[];
  readonly balance: Balance | undefined;
}

/** Watches on behalf of everybody in this process. */
export interface Watcher {
  /**
   * Tells every change after `after`: a version where a generation is watched, else the task's counter.
   * Returns the function that ends it.
   */
  watch(target: WatchTarget, after: number, onNews: (news: WatchNews) => void): () => void;
}

interface Subscriber {
  after: number;
  /** Read while there was more to tell of: it is told with the last of it. */
  owed: Balance | undefined;
  readonly onNews: (news: WatchNews) => void;
}
interface Watched {
  readonly key: string;
  readonly target: WatchTarget;
  readonly subscribers: Set<Subscriber>;
}
interface Found {
  readonly events: readonly (WatchedEvent & { readonly key: string })[];
  readonly balances: Readonly<Record<string, Balance>>;
}

/** Hints that come together are answered together. */
const gatherMs = 5;
/** As many as genbff_watch tells of one target at once: then there may be more. */
const batchMax = 50;

/**
 * Makes the one watcher of a process: one query per tick for everything that is watched, however many watch it.
 *
 * A hint from `changes` asks at once, about that task alone. Nobody watching: no timer, no query.
 */
export function createWatcher(
  context: Pick<BffContext, "database" | "changes" | "limits" | "clock" | "logger">,
): Watcher {
  const watched = new Map<string, Watched>();
  /** By task, because every hint of this process names one, watched or not. */
  const byTask = new Map<string, Set<Watched>>();
  const hinted = new Set<string>();
  let callOff = () => {};
  let asking = false;
  /** When everything was last asked about. */
  let lookedAt = Number.NEGATIVE_INFINITY;
  let stopListening: (() => void) | undefined;

  const hint = (taskId: string) => {
    hinted.add(taskId);
    schedule();
  };
  const untilTickMs = () => Math.max(0, lookedAt + context.limits.watchTickMs - context.clock.monotonic());
  const schedule = () => {
    if (asking || watched.size === 0) return;
    callOff();
    callOff = context.clock.after(
      hinted.size > 0 ? Math.min(gatherMs, untilTickMs()) : untilTickMs(),
      () => void look(),
    );
  };

  async function look(): Promise<void> {
    asking = true;
    // Hints must not put the tick off: other processes' changes are found by it alone.
    const everything = untilTickMs() === 0;
    if (everything) lookedAt = context.clock.monotonic();
    const asked = everything
      ? [...watched.values()]
      : Array.from(hinted, (taskId) => [...(byTask.get(taskId) ?? [])]).flat();
    hinted.clear();
    try {
      await askAbout(asked);
    } catch (error) {
      // Streams stay open: what is missed now is found by the next tick.
      context.logger.warn({ error }, "The events could not be read");
    } finally {
      asking = false;
      schedule();
    }
  }

  async function askAbout(asked: readonly Watched[]): Promise<void> {
    if (asked.length === 0) return;
    const looks = asked.map((entry) => ({
      entry,
      after: Math.min(...Array.from(entry.subscribers, (subscriber) => subscriber.after)),
    }));
    const answer = await context.database.call("genbff_watch", { p_targets: looks.map(toTarget) });
    const { balances, ...told } = answer as unknown as Found;
    const found = Map.groupBy(told.events, (event) => event.key);
    for (const { entry, after } of looks) {
      const { key, target, subscribers } = entry;
      const events = found.get(key) ?? [];
      const balance = target.walletId === null ? undefined : balances[target.walletId];
      const more = events.length >= batchMax;
      // Who came while we looked, from further back, would lose what lies between. Their own hint is waiting.
      for (const subscriber of [...subscribers])
        if (subscriber.after >= after) deliver(target, subscriber, { events, balance, more });
      if (more) hinted.add(target.taskId);
    }
  }

  function enter(key: string, target: WatchTarget): Watched {
    const entry: Watched = { key, target, subscribers: new Set() };
    const ofTask = byTask.get(target.taskId) ?? new Set();
    watched.set(key, entry);
    byTask.set(target.taskId, ofTask.add(entry));
    return entry;
  }

  function strike(entry: Watched): void {
    const ofTask = byTask.get(entry.target.taskId);
    watched.delete(entry.key);
    ofTask?.delete(entry);
    if (ofTask?.size === 0) byTask.delete(entry.target.taskId);
  }

  return {
    watch(target, after, onNews) {
      const key = JSON.stringify([target.userId, target.walletId, target.taskId, target.generationId]);
      const entry = watched.get(key) ?? enter(key, target);
      const subscriber: Subscriber = { after, owed: undefined, onNews };
      entry.subscribers.add(subscriber);
      stopListening ??= context.changes.listen((taskId) => {
        if (byTask.has(taskId)) hint(taskId);
      });
      // What was committed between the caller's own look and now is found at once.
      hint(target.taskId);
      return () => {
        entry.subscribers.delete(subscriber);
        if (entry.subscribers.size === 0 && watched.get(key) === entry) strike(entry);
        if (watched.size > 0) return;
        callOff();
        stopListening?.();
        stopListening = undefined;
      };
    },
  };
}

/** What `genbff_watch` is asked of one target. */
function toTarget({ entry: { key, target }, after }: { entry: Watched; after: number }): JsonObject {
  return {
    key,
    user_id: target.userId,
    wallet_id: target.walletId,
    task_id: target.taskId,
    generation_id: target.generationId,
    after,
  };
}

/** What was found of one target. */
interface Batch extends WatchNews {
  /** As many events as are told of at once: there may be more. */
  readonly more: boolean;
}

/**
 * Each is told what is new to it: somebody who joined later may still be behind.
 *
 * A balance is of the moment of the look. While there is more to tell of, it may be what an event made of it that has
 * not been told yet, so it waits for the last of them.
 */
function deliver(target: WatchTarget, subscriber: Subscriber, { events, balance, more }: Batch): void {
  const place = (event: WatchedEvent) => (target.generationId === null ? event.seq : event.version);
  const news = events.filter((event) => place(event) > subscriber.after);
  const last = news.at(-1);
  if (last !== undefined) subscriber.after = place(last);
  const moved = news.some((event) => event.version === 1 || event.snapshot.completed_at !== null);
  if (moved) subscriber.owed = balance;
  const due = more ? undefined : subscriber.owed;
  if (due !== undefined) subscriber.owed = undefined;
  if (last === undefined && due === undefined) return;
  subscriber.onNews({ events: news, balance: due });
}
