import type { BffContext } from "../context.ts";
import type { Balance } from "../contract/credits.ts";
import type { JsonValue } from "../shared/json.ts";
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
  readonly onNews: (news: WatchNews) => void;
}
interface Watched {
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
    const asked = [...watched].filter(([, { target }]) => everything || hinted.has(target.taskId));
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

  async function askAbout(asked: readonly (readonly [string, Watched])[]): Promise<void> {
    if (asked.length === 0) return;
    const targets = asked.map(([key, { target, subscribers }]) => ({
      key,
      user_id: target.userId,
      wallet_id: target.walletId,
      task_id: target.taskId,
      generation_id: target.generationId,
      after: Math.min(...Array.from(subscribers, (subscriber) => subscriber.after)),
    }));
    const answer = await context.database.call("genbff_watch", {
      p_targets: targets as unknown as JsonValue,
    });
    const found = answer as unknown as Found;
    const events = Map.groupBy(found.events, (event) => event.key);
    for (const [key, { target, subscribers }] of asked) {
      const news = events.get(key) ?? [];
      const balance = target.walletId === null ? undefined : found.balances[target.walletId];
      for (const subscriber of [...subscribers]) deliver(target, subscriber, news, balance);
      if (news.length >= batchMax) hinted.add(target.taskId);
    }
  }

  return {
    watch(target, after, onNews) {
      const key = JSON.stringify([target.userId, target.walletId, target.taskId, target.generationId]);
      const entry = watched.get(key) ?? { target, subscribers: new Set<Subscriber>() };
      const subscriber = { after, onNews };
      entry.subscribers.add(subscriber);
      watched.set(key, entry);
      stopListening ??= context.changes.listen((taskId) => {
        if ([...watched.values()].some((other) => other.target.taskId === taskId)) hint(taskId);
      });
      // What was committed between the caller's own look and now is found at once.
      hint(target.taskId);
      return () => {
        entry.subscribers.delete(subscriber);
        if (entry.subscribers.size === 0 && watched.get(key) === entry) watched.delete(key);
        if (watched.size > 0) return;
        callOff();
        stopListening?.();
        stopListening = undefined;
      };
    },
  };
}

/** Each is told what is new to it: somebody who joined later may still be behind. */
function deliver(
  target: WatchTarget,
  subscriber: Subscriber,
  events: readonly WatchedEvent[],
  balance: Balance | undefined,
): void {
  const place = (event: WatchedEvent) => (target.generationId === null ? event.seq : event.version);
  const news = events.filter((event) => place(event) > subscriber.after);
  const last = news.at(-1);
  if (last === undefined) return;
  subscriber.after = place(last);
  const moved = news.some((event) => event.version === 1 || event.snapshot.completed_at !== null);
  subscriber.onNews({ events: news, balance: moved ? balance : undefined });
}
