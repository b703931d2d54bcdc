import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Engine, Worker } from "../engine/port.ts";

/** For what hangs, not for what is slow. */
const soon = { timeout: 10_000, interval: 10 };

/** A worker that only remembers. */
class RecordingWorker implements Worker {
  readonly advanced: string[] = [];
  readonly due: string[] = [];
  running = 0;
  mostAtOnce = 0;
  failNext = false;
  takesMs = 0;

  async advance(generationId: string): Promise<void> {
    this.advanced.push(generationId);
    this.running += 1;
    this.mostAtOnce = Math.max(this.mostAtOnce, this.running);
    try {
      if (this.takesMs > 0) await new Promise((resolve) => setTimeout(resolve, this.takesMs));
      if (this.failNext) {
        this.failNext = false;
        throw new Error("the database went away");
      }
    } finally {
      this.running -= 1;
    }
  }

  async sweep(): Promise<readonly string[]> {
    return this.due.splice(0);
  }
}

/**
 * What every engine must hold: it wakes, at the right time, again after a failure, and stops when told to. An engine
 * may wake too often; it may never forget for good what a sweep would find.
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
  });
}
