import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { createKeyCache } from "./key-cache.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const { signal } = new AbortController();
const minute = 60_000;

it("reads keys once a day, however many ask at the same time", async () => {
  let reads = 0;
  const cache = createKeyCache(async () => ++reads);
  expect(await Promise.all([cache.known(signal), cache.known(signal)])).toEqual([1, 1]);
  vi.advanceTimersByTime(24 * 60 * minute - 1);
  expect(await cache.known(signal)).toBe(1);
  vi.advanceTimersByTime(1);
  expect(await cache.known(signal)).toBe(2);
});

it("renews them at most once a minute, and keeps the former ones where that fails", async () => {
  let reads = 0;
  const cache = createKeyCache(async () => {
    reads += 1;
    if (reads === 2) throw new Error("no answer");
    return reads;
  });
  expect(await cache.known(signal)).toBe(1);
  expect(await cache.renewed(signal)).toBeUndefined();
  vi.advanceTimersByTime(minute);
  await expect(cache.renewed(signal)).rejects.toThrow("no answer");
  expect(await cache.renewed(signal)).toBeUndefined();
  expect(await cache.known(signal)).toBe(1);
  vi.advanceTimersByTime(minute);
  expect(await cache.renewed(signal)).toBe(3);
  expect(await cache.known(signal)).toBe(3);
});
