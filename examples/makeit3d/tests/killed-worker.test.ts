import { type Simulator, startSimulator } from "@genbff/simulator";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Program } from "../../../packages/core/src/testing/start-program.ts";
import {
  ask,
  bodyFor,
  type Expected,
  endOf,
  expectEnd,
  makeWorld,
  requestOf,
  until,
  type Vendor,
  type World,
} from "./crash-world.ts";
import type { Moment } from "./mortal.ts";
import { startWorker } from "./worker-process.ts";

// Processes of their own and real signals, at exact calls. What the crash matrix does in one process is done here by the
// kernel: sockets close, transactions are cut off, nothing is said goodbye to.

let simulator: Simulator;
beforeAll(async () => {
  simulator = await startSimulator({ jobMs: 300 });
});
afterAll(() => simulator.close());

/** Runs a story with a worker, which is gone afterwards whatever happens. */
async function withWorker(
  orders: { moment: Moment; signal: "SIGKILL" | "SIGSTOP" | "SIGTERM"; vendor: Vendor; request?: boolean },
  story: (world: World, worker: Program, body: ReturnType<typeof bodyFor>) => Promise<void>,
  prepare: (world: World) => Promise<void> = async () => undefined,
): Promise<void> {
  const world = await makeWorld(simulator);
  const body = bodyFor(orders.vendor);
  await prepare(world);
  const { request, ...rest } = orders;
  const worker = startWorker({
    ...world.settings,
    ...rest,
    ...(request ? { request: { url: requestOf(orders.vendor, body).url, body: JSON.stringify(body) } } : {}),
  });
  try {
    await story(world, worker, body);
  } catch (error) {
    throw new Error(`the worker had said:\n${worker.said()}`, { cause: error });
  } finally {
    worker.signal("SIGKILL");
    await worker.ended;
    await world.close();
  }
}

/** Another process takes over what the first one has left. */
async function recover(world: World, id: string, vendor: Vendor, expected: Expected): Promise<void> {
  await world.leasesRunOut();
  await world.spawn().bff.start();
  expectEnd(await endOf(world, simulator, id), vendor, expected);
}

/** Once each in `npm test`; `KILLS_A_POINT=100` is what a night asks for. */
const killsAPoint = Number(process.env.KILLS_A_POINT ?? 1);

describe("SIGKILL", { repeats: killsAPoint - 1 }, () => {
  it.concurrent.each<{ point: string; vendor: Vendor; at: string; when: Moment["when"]; expected: Expected }>(
    [
      { point: "C4", vendor: "tripo", at: "genbff_take", when: "after", expected: "complete" },
      { point: "C5", vendor: "openai", at: "genbff_intent", when: "after", expected: "lost" },
      { point: "C6", vendor: "openai", at: "provider.submit", when: "after", expected: "lost" },
      { point: "C7", vendor: "tripo", at: "genbff_record submitted", when: "before", expected: "complete" },
      { point: "C9", vendor: "tripo", at: "provider.check", when: "after", expected: "complete" },
      { point: "C10", vendor: "tripo", at: "storage.put", when: "during", expected: "complete" },
      { point: "C11", vendor: "tripo", at: "storage.put", when: "after", expected: "complete" },
      { point: "C12", vendor: "openai", at: "genbff_finish", when: "before", expected: "complete" },
      { point: "C14", vendor: "openai", at: "genbff_finish", when: "after", expected: "complete" },
    ],
  )("$point, $when $at of $vendor: it ends $expected", async ({ vendor, at, when, expected }) => {
    let id = "";
    await withWorker(
      { moment: { at, when }, signal: "SIGKILL", vendor },
      async (world, worker) => {
        expect(await worker.ended).toBe("SIGKILL");
        expect(worker.said()).toContain(`SIGKILL ${when} ${at}`);
        await recover(world, id, vendor, expected);
      },
      async (world) => {
        id = await ask(world, vendor);
      },
    );
  });

  it.concurrent.each([
    { point: "C1", when: "before", replayed: null },
    { point: "C2", when: "after", replayed: "true" },
  ] as const)(
    "$point, $when the commit of a request: sent again, it makes one",
    async ({ when, replayed }) => {
      const moment = { at: "genbff_start", when };
      await withWorker(
        { moment, signal: "SIGKILL", vendor: "tripo", request: true },
        async (world, worker, body) => {
          expect(await worker.ended).toBe("SIGKILL");
          const answer = await world.spawn().bff.fetch(requestOf("tripo", body));
          expect(answer.headers.get("idempotency-replayed")).toBe(replayed);
          const { generation_id: id } = (await answer.json()) as { generation_id: string };
          expectEnd(await endOf(world, simulator, id), "tripo", "complete");
        },
      );
    },
  );

  it.concurrent("C13, in the middle of the settlement's transaction: all of it or nothing", async () => {
    let id = "";
    await withWorker(
      { moment: { at: "nowhere", when: "before" }, signal: "SIGKILL", vendor: "tripo" },
      async (world, worker) => {
        const settling =
          "select from pg_stat_activity where datname = current_database() and wait_event = 'PgSleep'";
        await until(async () => (await world.test.query(settling)).length > 0, "nothing was settled");
        worker.signal("SIGKILL");
        await worker.ended;
        await recover(world, id, "tripo", "complete");
      },
      async (world) => {
        id = await ask(world, "tripo");
        await slowSettlement(world, "perform pg_sleep(0.5)");
      },
    );
  });
});

it.concurrent("C13: a settlement whose connection is cut off in its middle is made again, whole", async () => {
  const world = await makeWorld(simulator);
  try {
    const id = await ask(world, "tripo");
    await world.test.query("create sequence public.settlements");
    await slowSettlement(
      world,
      "if nextval('public.settlements') = 1 then perform pg_terminate_backend(pg_backend_pid()); end if",
    );
    await world.spawn().bff.start();
    expectEnd(await endOf(world, simulator, id), "tripo", "complete");
    const [tries] = await world.test.query("select last_value::int as tries from public.settlements");
    expect(tries).toEqual({ tries: 2 });
  } finally {
    await world.close();
  }
});

/** Something of the test's own, between the first write of a settlement and its last. */
async function slowSettlement(world: World, act: string): Promise<void> {
  await world.test.query(`create function public.in_settlement() returns trigger language plpgsql as
    $$ begin if new.kind = 'capture' then ${act}; end if; return new; end $$`);
  await world.test.query(`create trigger in_settlement after insert on genbff.transactions
    for each row execute function public.in_settlement()`);
}

describe("SIGTERM", () => {
  it.concurrent.each([
    { vendor: "openai", at: "provider.submit", when: "before" },
    { vendor: "tripo", at: "provider.check", when: "before" },
    { vendor: "tripo", at: "storage.put", when: "during" },
  ] as const)(
    "C22, $when $at of $vendor: it hands over, ends with 0, and another goes on",
    async (orders) => {
      let id = "";
      const { vendor, ...moment } = orders;
      await withWorker(
        { moment, signal: "SIGTERM", vendor },
        async (world, worker) => {
          expect(await worker.ended).toBe(0);
          // Not a lease is waited for: nobody calls leasesRunOut here.
          await world.spawn().bff.start();
          expectEnd(await endOf(world, simulator, id), vendor, "complete");
        },
        async (world) => {
          id = await ask(world, vendor);
        },
      );
    },
  );
});

describe("SIGSTOP past the lease, and SIGCONT when another has finished", () => {
  it.concurrent.each<{ vendor: Vendor; at: string; expected: Expected }>([
    { vendor: "tripo", at: "genbff_intent", expected: "complete" },
    { vendor: "tripo", at: "genbff_record submitted", expected: "complete" },
    { vendor: "openai", at: "genbff_record settling", expected: "lost" },
    { vendor: "tripo", at: "genbff_finish", expected: "complete" },
  ])("before $at of $vendor: the one that wakes up writes nothing and sends nothing", async (row) => {
    const { vendor, at, expected } = row;
    const moment = { at, when: "before" } as const;
    let id = "";
    await withWorker(
      { moment, signal: "SIGSTOP", vendor },
      async (world, worker) => {
        await worker.says(new RegExp(`SIGSTOP before ${at}`), 45_000);
        await recover(world, id, vendor, expected);
        const books = () =>
          world.test.query(
            `select g.*, (select jsonb_agg(to_jsonb(a) order by attempt) from genbff.attempts a where a.generation_id = g.id) as attempts,
                (select jsonb_agg(to_jsonb(e) order by seq) from genbff.events e where e.generation_id = g.id) as events,
                (select jsonb_agg(to_jsonb(t) order by id) from genbff.transactions t) as entries
               from genbff.generations g`,
          );
        const before = await books();
        expect(worker.said()).not.toContain("went on");
        worker.signal("SIGCONT");
        await worker.says(new RegExp(`${at.split(" ")[0]} was refused`), 45_000);
        expect(await books()).toEqual(before);
        const end = await endOf(world, simulator, id);
        // The late answer of a purchase that was given up may be kept as one more orphan; nothing else is new.
        expectEnd({ ...end, orphans: Math.min(end.orphans, 1) }, vendor, expected);
      },
      async (world) => {
        id = await ask(world, vendor);
      },
    );
  });
});
