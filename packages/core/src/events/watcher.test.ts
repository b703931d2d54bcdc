import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { Database } from "../database/port.ts";
import { systemClock } from "../shared/clock.ts";
import { createChanges } from "./changes.ts";
import { createWatcher, type WatchedEvent, type WatchNews } from "./watcher.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const tickMs = 1000;
const event = (seq: number, version = seq, ended = false): WatchedEvent =>
  ({ seq, version, snapshot: { completed_at: ended ? "2026-01-01T00:00:00Z" : null } }) as WatchedEvent;

/** A database with one log of events, that remembers what it was asked. */
function setUp() {
  const log: WatchedEvent[] = [];
  const asked: { key: string; task_id: string; after: number }[][] = [];
  const trouble = vi.fn();
  const state = { down: false, answering: Promise.resolve() };
  const database = {
    call: async (_name: string, { p_targets }: { p_targets: (typeof asked)[number] }) => {
      asked.push(p_targets);
      if (state.down) throw new Error("the database went away");
      // As `genbff_watch`: fifty at a time, and the wallet as it is now, where money moved in one of them.
      const events = p_targets.flatMap(({ key, after }) =>
        log
          .filter(({ seq }) => seq > after)
          .slice(0, 50)
          .map((each) => ({ ...each, key })),
      );
      const moved = events.some(({ version, snapshot }) => version === 1 || snapshot.completed_at !== null);
      await state.answering;
      return { events, balances: moved ? { ada: { available: log.length } } : {} };
    },
  } as unknown as Database;
  const changes = createChanges();
  const limits = { watchTickMs: tickMs } as never;
  const logger = { warn: trouble } as never;
  const watcher = createWatcher({ database, changes, limits, clock: systemClock, logger });
  return { watcher, changes, log, asked, trouble, state };
}
const task = (taskId: string, walletId: string | null = null) => ({
  userId: "ada",
  taskId,
  generationId: null,
  walletId,
});

it("asks once per tick, whatever the number of watchers", async () => {
  const { watcher, asked } = setUp();
  for (let at = 0; at < 1000; at++) watcher.watch(task(`t${at % 10}`), 0, () => undefined);
  await vi.advanceTimersByTimeAsync(tickMs * 3);
  expect(asked.length).toBeLessThanOrEqual(4);
  expect(asked.every((targets) => targets.length === 10)).toBe(true);
});

it("asks nothing when nobody watches", async () => {
  const { watcher, changes, asked } = setUp();
  const stop = watcher.watch(task("t"), 0, () => undefined);
  await vi.advanceTimersByTimeAsync(tickMs);
  stop();
  const before = asked.length;
  changes.tell("t");
  await vi.advanceTimersByTimeAsync(tickMs * 5);
  expect(asked.length).toBe(before);
  expect(vi.getTimerCount()).toBe(0);
});

it("tells each what is new to it, in order and once", async () => {
  const { watcher, log } = setUp();
  log.push(event(1), event(2), event(3));
  const early: number[] = [];
  const late: number[] = [];
  const collect = (seen: number[]) => (news: WatchNews) =>
    void seen.push(...news.events.map(({ seq }) => seq));
  watcher.watch(task("t"), 0, collect(early));
  watcher.watch(task("t"), 2, collect(late));
  await vi.advanceTimersByTimeAsync(tickMs);
  log.push(event(4));
  await vi.advanceTimersByTimeAsync(tickMs * 2);
  expect(early).toEqual([1, 2, 3, 4]);
  expect(late).toEqual([3, 4]);
});

it("looks at once when told of a change, at that task alone, and keeps its ticks", async () => {
  const { watcher, changes, asked } = setUp();
  watcher.watch(task("told"), 0, () => undefined);
  watcher.watch(task("other"), 0, () => undefined);
  await vi.advanceTimersByTimeAsync(tickMs / 2);
  asked.length = 0;
  for (let at = 0; at < 50; at++) {
    changes.tell("told");
    changes.tell("nobody watches this");
    await vi.advanceTimersByTimeAsync(tickMs / 10);
  }
  const all = asked.filter((targets) => targets.length === 2);
  expect(
    asked.filter((targets) => targets.length === 1).every(([target]) => target?.task_id === "told"),
  ).toBe(true);
  expect(all.length).toBeGreaterThanOrEqual(4);
  expect(asked.length).toBeLessThanOrEqual(60);
});

it("tells the balance where money moved", async () => {
  const { watcher, log } = setUp();
  const balances: unknown[] = [];
  watcher.watch(task("t", "ada"), 0, ({ balance }) => void balances.push(balance));
  log.push(event(1));
  await vi.advanceTimersByTimeAsync(tickMs);
  log.push(event(2, 2));
  await vi.advanceTimersByTimeAsync(tickMs);
  log.push(event(3, 3, true));
  await vi.advanceTimersByTimeAsync(tickMs);
  expect(balances).toEqual([{ available: 1 }, undefined, { available: 3 }]);
});

it("tells the balance after the last event that may have made it what it is", async () => {
  const { watcher, log } = setUp();
  // The first of many has moved money, the last one too: there is one balance, and it is of both.
  for (let seq = 1; seq <= 120; seq++) log.push(event(seq, seq === 1 ? 1 : 2, seq === 120));
  const told: unknown[] = [];
  watcher.watch(task("t", "ada"), 0, ({ events, balance }) => {
    told.push(...events.map(({ seq }) => seq), ...(balance ? [balance] : []));
  });
  await vi.advanceTimersByTimeAsync(tickMs);
  expect(told).toEqual(
    [...Array(120).keys()].map((index) => index + 1).concat([{ available: 120 } as never]),
  );
});

it("owes a balance until nothing is left to tell, though the rest moved no money", async () => {
  const { watcher, log } = setUp();
  for (let seq = 1; seq <= 60; seq++) log.push(event(seq, seq === 1 ? 1 : 2));
  const told: unknown[] = [];
  watcher.watch(task("t", "ada"), 0, ({ events, balance }) => void told.push([events.length, balance]));
  await vi.advanceTimersByTimeAsync(tickMs);
  expect(told).toEqual([
    [50, undefined],
    [10, { available: 60 }],
  ]);
});

it("loses nothing for somebody who comes from further back while it is looking", async () => {
  const { watcher, log, state } = setUp();
  log.push(event(1), event(2), event(3));
  let answer = () => {};
  state.answering = new Promise((resolve) => {
    answer = resolve;
  });
  watcher.watch(task("t"), 2, () => undefined);
  await vi.advanceTimersByTimeAsync(10);
  const late: number[] = [];
  watcher.watch(task("t"), 0, ({ events }) => void late.push(...events.map(({ seq }) => seq)));
  answer();
  await vi.advanceTimersByTimeAsync(tickMs);
  expect(late).toEqual([1, 2, 3]);
});

it("asks about a task for as long as somebody watches it", async () => {
  const { watcher, changes, asked } = setUp();
  const stops = [0, 1].map(() => watcher.watch(task("left"), 0, () => undefined));
  watcher.watch({ ...task("left"), generationId: "g" }, 0, () => undefined);
  watcher.watch(task("kept"), 0, () => undefined);
  await vi.advanceTimersByTimeAsync(tickMs);
  for (const stop of stops) stop();
  asked.length = 0;
  changes.tell("left");
  await vi.advanceTimersByTimeAsync(10);
  expect(asked.map((targets) => targets.length)).toEqual([1]);
});

it("goes on after a database that was down", async () => {
  const { watcher, log, trouble, state } = setUp();
  const seen: number[] = [];
  watcher.watch(task("t"), 0, ({ events }) => void seen.push(...events.map(({ seq }) => seq)));
  state.down = true;
  log.push(event(1));
  await vi.advanceTimersByTimeAsync(tickMs * 2);
  expect(seen).toEqual([]);
  expect(trouble).toHaveBeenCalled();
  state.down = false;
  await vi.advanceTimersByTimeAsync(tickMs * 2);
  expect(seen).toEqual([1]);
});
