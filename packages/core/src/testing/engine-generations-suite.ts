import { describe, expect, it } from "vitest";
import type { Engine } from "../engine/port.ts";
import { soon } from "./engine-suite.ts";
import { bookAndShop } from "./generations/book-and-shop.ts";
import { picture, running, scriptedProvider } from "./generations/scripted-provider.ts";
import type { Process } from "./generations/scripted-shop.ts";

const many = 12;

/**
 * What every engine must hold under whole BFFs on a real Postgres: each generation is bought once and ends, whatever
 * becomes of its wake-ups and of the process that had it. `genbff_violations` is empty after every test.
 *
 * @param makeEngine - An engine of one more process; all are on one queue, if there is one. It sweeps as it is configured.
 */
export function engineGenerationsSuite(name: string, makeEngine: () => Engine): void {
  describe(`generations by engine: ${name}`, () => {
    const { openShop } = bookAndShop();

    /** A vendor that wants to be asked twice. */
    const vendor = () => {
      const asked = new Map<string, number>();
      return scriptedProvider({
        submit: (job) => running(job.clientReference, 20),
        check: async ({ key }) => {
          const times = (asked.get(key) ?? 0) + 1;
          asked.set(key, times);
          return times < 2 ? running(key, 20) : picture();
        },
      });
    };
    const start = async (process: Process, user: string) => {
      const body = { task_id: crypto.randomUUID(), prompt: "a lamp" };
      const { status, json } = await process.ask(user, "/generate/text-to-image", body);
      expect(status).toBe(202);
      return { user, id: json.generation_id as string };
    };
    const bought = ({ submissions }: ReturnType<typeof vendor>) =>
      submissions.map(({ generationId }) => generationId).sort();

    it("buys each once and ends it, though wake-ups are lost, doubled, late, early, reordered and forged", async () => {
      const vendors = vendor();
      const shop = await openShop({
        providers: { vendor: vendors.port },
        engine: () => mischievous(makeEngine()),
        limits: { sweepMs: 100 },
      });
      const processes = [await shop.open(), await shop.open()] as const;
      const started = await Promise.all(
        Array.from({ length: many }, (_, index) =>
          start(processes[index % 2 === 0 ? 0 : 1], `user${index % 4}`),
        ),
      );
      const ends = await Promise.all(started.map(({ user, id }) => shop.endOf(processes[0], user, id)));
      expect(ends.map(({ status }) => status)).toEqual(started.map(() => "complete"));
      expect(bought(vendors)).toEqual(started.map(({ id }) => id).sort());
    });

    it("goes on elsewhere with what a process had that stops, long before its leases end", async () => {
      const vendors = vendor();
      const shop = await openShop({
        providers: { vendor: vendors.port },
        engine: makeEngine,
        limits: { sweepMs: 100 },
      });
      const leaving = await shop.open();
      const started = await Promise.all(
        Array.from({ length: many }, (_, index) => start(leaving, `user${index % 4}`)),
      );
      await expect.poll(() => vendors.submissions.length, soon).toBeGreaterThan(0);
      const [staying] = await Promise.all([shop.open(), leaving.bff.stop(5000)]);
      const ends = await Promise.all(started.map(({ user, id }) => shop.endOf(staying, user, id)));
      expect(ends.map(({ status }) => status)).toEqual(started.map(() => "complete"));
      expect(bought(vendors)).toEqual(started.map(({ id }) => id).sort());
    });
  });
}

/** An engine whose messages suffer everything a queue may do to them, in turn. */
function mischievous(engine: Engine): Engine {
  let turn = 0;
  const kept: (() => void)[] = [];
  return {
    ...engine,
    wake(id, delayMs) {
      turn += 1;
      if (turn % 7 === 0) engine.wake(crypto.randomUUID(), 0);
      switch (turn % 6) {
        case 0:
          return;
        case 1:
          for (let times = 0; times < 3; times++) engine.wake(id, delayMs);
          return;
        case 2:
          return engine.wake(id, delayMs + 150);
        case 3:
          return engine.wake(id, 0);
        case 4:
          // Overtaken by whatever comes next.
          kept.push(() => engine.wake(id, delayMs));
          return;
        default:
          engine.wake(id, delayMs);
          for (const late of kept.splice(0).reverse()) late();
      }
    },
  };
}
