import { expect, it } from "vitest";
import type { StoredGeneration } from "../events/stored-generation.ts";
import type { Watcher } from "../events/watcher.ts";
import { systemClock } from "../shared/clock.ts";
import { type LongPoll, waitForNews } from "./long-poll.ts";

const at = (version: number, ended = false) =>
  ({
    task_id: "t",
    generation_id: "g",
    version,
    completed_at: ended ? "2026-01-01" : null,
  }) as StoredGeneration;

/** A watcher that tells, at once and in one piece, what is newer than it was asked after. */
function watcherOf(...versions: StoredGeneration[]): Watcher & { stopped: number } {
  const watcher = {
    stopped: 0,
    watch: ((_target, after, onNews) => {
      const events = versions
        .filter(({ version }) => version > after)
        .map((snapshot) => ({ seq: snapshot.version, version: snapshot.version, snapshot }));
      if (events.length > 0) queueMicrotask(() => onNews({ events, balance: undefined }));
      return () => void watcher.stopped++;
    }) satisfies Watcher["watch"],
  };
  return watcher;
}
const poll = (watcher: Watcher, more: Partial<LongPoll> = {}) =>
  waitForNews({
    watcher,
    userId: "ada",
    stored: at(1),
    waitMs: 200,
    until: ({ version }) => version > 1,
    signals: [],
    clock: systemClock,
    ...more,
  });

it("answers with the very next change", async () => {
  const watcher = watcherOf(at(1), at(2));
  expect(await poll(watcher)).toEqual(at(2));
  expect(watcher.stopped).toBe(1);
});

it("answers with the end, also where it is not what was waited for", async () => {
  expect(await poll(watcherOf(at(2, true)), { until: () => false })).toEqual(at(2, true));
});

it("does not wait where there is news already, or nothing more can come", async () => {
  const watcher = watcherOf(at(2));
  expect(await poll(watcher, { stored: at(2) })).toEqual(at(2));
  expect(await poll(watcher, { stored: at(1, true) })).toEqual(at(1, true));
  expect(await poll(watcher, { signals: [AbortSignal.abort()] })).toEqual(at(1));
  expect(watcher.stopped).toBe(0);
});

it("gives what it knows when the time is over, or when the client leaves", async () => {
  const watcher = watcherOf(at(1));
  expect(await poll(watcher, { waitMs: 5 })).toEqual(at(1));
  const leaving = new AbortController();
  const waiting = poll(watcher, { waitMs: 60_000, signals: [leaving.signal] });
  leaving.abort();
  expect(await waiting).toEqual(at(1));
  expect(watcher.stopped).toBe(2);
});
