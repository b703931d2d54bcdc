import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Engine } from "../engine/port.ts";
import { RecordingWorker } from "./recording-worker.ts";

/** For what hangs, not for what is slow. */
export const soon = { timeout: 15_000, interval: 10 };

/**
 * What every engine must hold: it wakes, at the right time, again after a failure, and stops when told to. An engine
 * may wake too often; it may never forget for good what a sweep would find.
 *
 * Beside it there are `engineGenerationsSuite`, for engines under whole BFFs, and `engineQueueSuite`, for those whose
 * messages lie outside the process.
 *
 * @param makeEngine - An engine that sweeps about every 50 ms and runs 4 at once.
 */
export function engineSuite(name: string, makeEngine: () => Engine | Promise<Engine>): void {
  describe(`engine: ${name}`, () => {
    let engine: Engine;
    let worker: RecordingWorker;
    beforeEach(async () => {
      engine = await makeEngine();
      worker = new RecordingWorker();
    });
    afterEach(() => engine.stop(1000));

    it("advances what it is woken for", async () => {
      engine.start(worker);
      engine.wake("a", 0);
      await expect.poll(() => worker.advanced, soon).toEqual(["a"]);
    });

    it("waits as long as it is told, and no longer than the earliest plan", async () => {
      engine.start(worker);
      const from = performance.now();
      engine.wake("a", 60_000);
      engine.wake("a", 120);
      await expect.poll(() => worker.advanced, soon).toEqual(["a"]);
      expect(performance.now() - from).toBeGreaterThan(100);
    });

    it("wakes again what is woken while it is being advanced", async () => {
      worker.takesMs = 80;
      engine.start(worker);
      engine.wake("a", 0);
      await expect.poll(() => worker.running, soon).toBe(1);
      engine.wake("a", 0);
      await expect.poll(() => worker.advanced, soon).toEqual(["a", "a"]);
    });

    it("goes on after an advance that failed", async () => {
      worker.failNext = true;
      engine.start(worker);
      engine.wake("a", 0);
      engine.wake("b", 0);
      await expect.poll(() => worker.advanced.sort(), soon).toEqual(["a", "b"]);
    });

    it("loses no wake-up that comes after a look has begun, however often", async () => {
      engine.start(worker);
      for (let round = 1; round <= 20; round++) {
        engine.wake("a", 0);
        await expect.poll(() => worker.advanced.length, soon).toBe(round);
      }
    });

    it("takes a later plan too, after an earlier one is done", async () => {
      engine.start(worker);
      for (let round = 1; round <= 3; round++) {
        engine.wake("a", 10);
        await expect.poll(() => worker.advanced.length, soon).toBe(round);
      }
    });

    it("finds by its sweep what nobody woke", async () => {
      worker.due.push("a", "b");
      engine.start(worker);
      await expect.poll(() => worker.advanced.sort(), soon).toEqual(["a", "b"]);
      worker.due.push("c");
      await expect.poll(() => worker.advanced, soon).toContain("c");
    });

    it("runs no more at once than it may", async () => {
      worker.takesMs = 20;
      engine.start(worker);
      for (let i = 0; i < 20; i++) engine.wake(`g${i}`, 0);
      await expect.poll(() => worker.advanced.length, soon).toBe(20);
      expect(worker.mostAtOnce).toBeLessThanOrEqual(4);
    });

    it("takes nothing new once it stops, and lets what runs come to its end", async () => {
      worker.takesMs = 100;
      engine.start(worker);
      engine.wake("a", 0);
      await expect.poll(() => worker.running, soon).toBe(1);
      await engine.stop(2000);
      expect(worker.running).toBe(0);
      engine.wake("b", 0);
      worker.due.push("c");
      await new Promise((resolve) => setTimeout(resolve, 150));
      expect(worker.advanced).toEqual(["a"]);
    });

    it("waits no longer than its grace for what does not end, and can be stopped twice", async () => {
      const never = Promise.withResolvers<void>();
      worker.until = never.promise;
      engine.start(worker);
      engine.wake("a", 0);
      await expect.poll(() => worker.running, soon).toBe(1);
      await engine.stop(50);
      await engine.stop(50);
      expect(worker.running).toBe(1);
      never.resolve();
      await expect.poll(() => worker.running, soon).toBe(0);
    });
  });
}
