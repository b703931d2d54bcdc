import { afterEach, beforeEach, describe, expect } from "vitest";
import type { Engine } from "../engine/port.ts";
import { soon } from "./engine-suite.ts";
import { RecordingWorker } from "./recording-worker.ts";
import { type Cannot, testsBut } from "./tests-but.ts";

/** A queue outside the process, and what can befall it. One for each test, empty. */
export interface QueueUnderTest {
  /** An engine of a process of its own; it sweeps about every 50 ms and runs 4 at once. */
  makeEngine(): Engine;
  /** Everything in it is gone, also what is being worked on. */
  flush(): Promise<void>;
  /** Puts something in that no engine wrote. */
  forge(message: unknown): Promise<void>;
  /** Takes the next message as a process does that is never heard of again. */
  takeAndDie(): Promise<void>;
  /** How many messages it holds: waiting, planned, taken, ended. */
  size(): Promise<number>;
  /** Its server goes away, and with it whatever it does not keep. */
  goAway(): Promise<void>;
  comeBack(): Promise<void>;
  close(): Promise<void>;
}

/**
 * What every queue between processes must hold: whatever befalls its messages changes nothing but timing.
 *
 * @param cannot - What is not so where another's server takes messages and starts processes.
 */
export function engineQueueSuite(
  name: string,
  makeQueue: () => Promise<QueueUnderTest>,
  cannot: readonly Cannot[] = [],
): void {
  describe(`queue of engines: ${name}`, () => {
    const { it, end } = testsBut(cannot);
    let queue: QueueUnderTest;
    let engines: Engine[];
    beforeEach(async () => {
      queue = await makeQueue();
      engines = [];
    });
    afterEach(async () => {
      await Promise.all(engines.map((engine) => engine.stop(1000)));
      await queue.close();
    });
    /** A process with a worker of its own. */
    const open = () => {
      const worker = new RecordingWorker();
      const engine = queue.makeEngine();
      engines.push(engine);
      engine.start(worker);
      return { worker, engine };
    };
    const advanced = (...processes: { worker: RecordingWorker }[]) =>
      processes.flatMap(({ worker }) => worker.advanced).sort();

    it("brings every wake-up to one process or another", async () => {
      const [one, other] = [open(), open()];
      const ids = Array.from({ length: 30 }, (_, index) => `g${index}`).sort();
      for (const id of ids) one.engine.wake(id, 0);
      await expect.poll(() => advanced(one, other), soon).toEqual(ids);
    });

    it("keeps nothing of what has ended", async () => {
      const { worker, engine } = open();
      for (let index = 0; index < 8; index++) engine.wake(`g${index}`, index % 2 === 0 ? 0 : 20);
      await expect.poll(() => worker.advanced.length, soon).toBe(8);
      await expect.poll(() => queue.size(), soon).toBe(0);
    });

    it("makes one plan of many for one moment", async () => {
      const [one, other] = [open(), open()];
      for (let times = 0; times < 20; times++) (times % 2 === 0 ? one : other).engine.wake("a", 60_000);
      one.engine.wake("seen", 0);
      await expect.poll(() => advanced(one, other), soon).toEqual(["seen"]);
      // A few moments lie between the first and the last on a busy machine, not twenty.
      await expect.poll(() => queue.size(), soon).toBeGreaterThan(0);
      expect(await queue.size()).toBeLessThan(15);
    });

    it("leaves what nobody of ours wrote aside, and goes on", async () => {
      const { worker, engine } = open();
      engine.wake("first", 0);
      await expect.poll(() => worker.advanced, soon).toEqual(["first"]);
      for (const message of [{}, { id: 7 }, { id: "x".repeat(5000) }, { id: { a: 1 } }, { other: true }])
        await queue.forge(message);
      engine.wake("last", 0);
      await expect.poll(() => worker.advanced, soon).toEqual(["first", "last"]);
      await expect.poll(() => queue.size(), soon).toBe(0);
    });

    it("looks at an id that somebody else put in, once for each time: the row decides", async () => {
      const { worker } = open();
      await queue.forge({ id: "a", state: "complete", credits: 1_000_000 });
      await queue.forge({ id: "a" });
      await expect.poll(() => worker.advanced, soon).toEqual(["a", "a"]);
    });

    it("loses only time where it is emptied while it works", async () => {
      const [one, other] = [open(), open()];
      const gate = Promise.withResolvers<void>();
      for (const { worker } of [one, other]) worker.until = gate.promise;
      for (let index = 0; index < 20; index++) one.engine.wake(`g${index}`, index < 10 ? 0 : 50);
      await expect.poll(() => one.worker.running + other.worker.running, soon).toBe(8);
      await queue.flush();
      // What was lost is what a sweep of the database finds due.
      other.worker.due.push(...Array.from({ length: 20 }, (_, index) => `g${index}`));
      gate.resolve();
      await expect.poll(() => new Set(advanced(one, other)).size, soon).toBe(20);
      one.engine.wake("after", 0);
      await expect.poll(() => advanced(one, other), soon).toContain("after");
    });

    it("is not held up by a message whose taker died: neither new wake-ups nor the sweep wait for it", async () => {
      // Put in by a process that does not take, so that the dead one gets it.
      await queue.forge({ id: "a" });
      await queue.takeAndDie();
      const { worker, engine } = open();
      engine.wake("a", 0);
      await expect.poll(() => worker.advanced, soon).toEqual(["a"]);
      worker.due.push("a");
      await expect.poll(() => worker.advanced, soon).toEqual(["a", "a"]);
    });

    it("hands back what waits for its turn when its process stops", async () => {
      const one = open();
      const gate = Promise.withResolvers<void>();
      one.worker.until = gate.promise;
      const ids = Array.from({ length: 12 }, (_, index) => `g${index}`);
      // By the sweep, so that they wait in the process and not in the queue.
      one.worker.due.push(...ids);
      await expect.poll(() => one.worker.running, soon).toBe(4);
      const stopped = one.engine.stop(10_000);
      const other = open();
      await expect.poll(() => other.worker.advanced.length, soon).toBeGreaterThanOrEqual(8);
      gate.resolve();
      await stopped;
      // And what it had in its hands is looked at once more.
      await expect.poll(() => new Set(other.worker.advanced).size, soon).toBe(12);
      expect(one.worker.advanced).toHaveLength(4);
    });

    it("works by its sweeps while the server is away, and by wake-ups again when it is back", async () => {
      const { worker, engine } = open();
      engine.wake("before", 0);
      await expect.poll(() => worker.advanced, soon).toEqual(["before"]);
      await queue.goAway();
      engine.wake("lost", 0);
      engine.tellOthers?.("task");
      worker.due.push("lost", "more");
      await expect.poll(() => worker.advanced, soon).toEqual(["before", "lost", "more"]);
      await queue.comeBack();
      let waking = 0;
      await expect
        .poll(() => {
          engine.wake(`after${++waking}`, 0);
          return worker.advanced.some((id) => id.startsWith("after"));
        }, soon)
        .toBe(true);
    });

    it("tells every other process of a change, and nobody twice", async () => {
      const [one, other] = [open(), open()];
      const heard: string[] = [];
      for (const [index, { engine }] of [one, other].entries())
        engine.onChanged?.((task) => heard.push(`${index} ${task}`));
      await expect
        .poll(() => {
          one.engine.tellOthers?.("task");
          return heard.length;
        }, soon)
        .toBeGreaterThan(0);
      expect(new Set(heard)).toEqual(new Set(["1 task"]));
    });
    end();
  });
}
