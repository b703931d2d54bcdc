import { randomUUID } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { alone } from "../testing/deaths/alone-calls.ts";
import { type BrokenDriver, brokenDrivers } from "../testing/deaths/broken-drivers.ts";
import {
  type AloneCall,
  type Cell,
  driverMatrix,
  type LifeCall,
  type Loss,
  lifeCalls,
  type Point,
  type WiredDriver,
  wiredDrivers,
} from "../testing/deaths/driver-matrix.ts";
import { embeddedAsked } from "../testing/deaths/embedded-life.ts";
import { killInRows } from "../testing/deaths/killed-backend.ts";
import { startProcess } from "../testing/deaths/start-process.ts";
import { hasPgbouncer, withoutPgbouncer } from "../testing/embedded/pgbouncer.ts";
import { startSupabasePostgres } from "../testing/embedded/supabase-postgres.ts";
import { createTestPglite } from "../testing/embedded/test-pglite.ts";
import { type Claimed, openBook } from "../testing/generations/book.ts";
import { expireLeases } from "../testing/generations/expire-leases.ts";
import { picture, running, scriptedProvider } from "../testing/generations/scripted-provider.ts";
import { openScriptedShop, type Process, type Shop } from "../testing/generations/scripted-shop.ts";

// The crash matrix by driver: each runs the points at which it differs, in each way in which its calls break off. The table
// is in ../testing/deaths/driver-matrix.ts; here it is run, and what it says of other tests is held against them.

type Run = Extract<Cell, { loss: Loss }>;
const cellsOf = (driver: WiredDriver | "pglite") =>
  Object.entries(driverMatrix).map(([point, row]) => ({ point: point as Point, cell: row[driver] }));
/** The cells that this driver runs here by breaking a call. */
const runsOf = (driver: WiredDriver) =>
  cellsOf(driver).flatMap(({ point, cell }) => ("loss" in cell ? [{ point, cell }] : []));
const isLife = (run: Run["run"]): run is LifeCall => run in lifeCalls;

/** By name, so that they can be told before a driver is there. */
const waysOf: Record<WiredDriver, Record<Loss, readonly string[]>> = {
  postgres: { "before the commit": ["its backend is killed"], "after the commit": ["the line breaks"] },
  pgbouncer: {
    "before the commit": ["the pooler's connection is killed"],
    "after the commit": ["the line to the pooler breaks", "the pooler's line to the server breaks"],
  },
  supabase: {
    "before the commit": ["PostgREST's connection is killed"],
    "after the commit": ["the gateway hangs up", "the gateway says 502", "the gateway says 504"],
  },
};

describe("the matrix", () => {
  const all = [...wiredDrivers, "pglite" as const].flatMap((driver) =>
    cellsOf(driver).map((one) => ({ driver, ...one })),
  );
  const of = (kind: string) => all.filter(({ cell }) => kind in cell);
  const broken = wiredDrivers.flatMap((driver) =>
    runsOf(driver).flatMap(({ cell }) => waysOf[driver][cell.loss]),
  );

  it(`has ${all.length} cells: ${of("run").length} run here, with ${broken.length} broken calls; ${of("elsewhere").length} in other files; ${of("sameAs").length} as another point; ${of("never").length} cannot be`, () => {
    expect(of("run").length + of("elsewhere").length + of("sameAs").length + of("never").length).toBe(
      all.length,
    );
  });

  it("names tests that are there, and points that are run or named themselves", () => {
    for (const { driver, point, cell } of all) {
      const where = `${point} of ${driver}`;
      if ("elsewhere" in cell) {
        const file = fileURLToPath(new URL(`../../../../${cell.elsewhere}`, import.meta.url));
        expect(existsSync(file), where).toBe(true);
        expect(readFileSync(file, "utf8"), where).toContain(cell.test);
      }
      if ("sameAs" in cell) expect(driverMatrix[cell.sameAs][driver], where).not.toHaveProperty("sameAs");
    }
  });
});

describe.each(wiredDrivers)("through %s", (driver) => {
  const left = driver === "pgbouncer" && !hasPgbouncer;
  const price = 5;
  const vendor = scriptedProvider({
    submit: (job) => running(job.generationId, 20),
    check: async () => picture(),
  });
  let way: BrokenDriver;
  let shop: Shop;
  let process: Process;
  beforeAll(async () => {
    if (left) return;
    way = await brokenDrivers[driver]();
    shop = await openScriptedShop(way.test, {
      providers: { vendor: vendor.port },
      limits: { sweepMs: 3_600_000 },
      price,
    });
    process = await shop.open(() => ({ ...way.database, close: async () => undefined }));
  });
  afterAll(async () => {
    if (left) return;
    await shop.close();
    await way.close();
  });

  /** Lets the next such call break, and tells how often it has. */
  async function breakNext(
    { run, loss }: Run,
    how: string,
  ): Promise<{ broken(): Promise<number>; made: string }> {
    const words = isLife(run) ? lifeCalls[run] : [`genbff_${run}`];
    const [name] = words;
    if (loss === "before the commit") {
      const step = run.startsWith("record ") ? ` and new.step = '${run.slice("record ".length)}'` : "";
      const deaths = await killInRows(way.test, {
        table: isLife(run) ? "genbff.generations" : alone[run].table,
        when: `current_query() like '%${name}%'${step}`,
        at: [1],
      });
      return { broken: deaths, made: name };
    }
    const before = way.lost();
    const arm = way.losses[how];
    if (arm === undefined) throw new Error(`${driver} knows no way in which ${how}`);
    arm(words);
    return { broken: async () => way.lost() - before, made: name };
  }

  async function liveWith(cell: Run, run: LifeCall, how: string): Promise<void> {
    const user = randomUUID();
    const { broken } = await breakNext(cell, how);
    const ask = () =>
      process.ask(
        user,
        "/generate/text-to-image",
        { task_id: user, prompt: "a lamp" },
        { "idempotency-key": "once" },
      );
    const started = await ask();
    expect(started.status).toBe(202);
    const id = started.json.generation_id as string;
    const row = () =>
      way.test.query<{ status: string; charged: number; attempts: number; bought: number; orphans: number }>(
        `select status, charged::int,
                (select count(*)::int from genbff.attempts where generation_id = g.id) as attempts,
                (select count(*)::int from genbff.attempts where generation_id = g.id and intent_at is not null) as bought,
                (select count(*)::int from genbff.orphans where generation_id = g.id) as orphans
           from genbff.generations g where id = $1`,
        [id],
      );
    if (cell.loss === "after the commit") {
      // Until then its worker goes on by itself: a second one could lose an answer in its place.
      await expect.poll(broken, { timeout: 20_000 }).toBe(1);
      // What was taken by a call whose answer was lost waits for the end of a lease that nobody knows of.
      if (run === "take") await expireLeases(way.test, id);
    }
    // As a sweep does.
    const status = async () => {
      await process.worker.advance(id);
      return (await row())[0]?.status;
    };
    await expect.poll(status, { timeout: 20_000 }).toBe("complete");
    expect(await broken()).toBe(1);
    const attempts = run === "take" ? 2 : 1;
    expect(await row()).toEqual([{ status: "complete", charged: price, attempts, bought: 1, orphans: 0 }]);
    expect(vendor.submissions.filter(({ generationId }) => generationId === id)).toHaveLength(1);
    const again = await ask();
    expect([again.status, again.json.generation_id]).toEqual([202, id]);
    expect(again.headers.get("idempotency-replayed")).toBe("true");
    expect(await way.test.database.call("genbff_balance", { p_wallet_id: user })).toMatchObject({
      available: 100 - price,
      held: 0,
    });
  }

  async function callAlone(cell: Run, run: AloneCall, how: string): Promise<void> {
    const { prepare, expected } = alone[run];
    const { args, left } = await prepare(way.test);
    const { broken, made } = await breakNext(cell, how);
    await way.database.call(made, args);
    expect(await broken()).toBe(1);
    await way.database.call(made, args);
    expect(await left()).toEqual(expected);
  }

  const runs = runsOf(driver).flatMap(({ point, cell }) =>
    waysOf[driver][cell.loss].map((how) => ({ point, cell, how, call: cell.run, loss: cell.loss })),
  );
  it.skipIf(left).each(runs)(
    `$point: $call is made again where, $loss, $how${left ? ` (${withoutPgbouncer})` : ""}`,
    async ({ cell, how }) => {
      if (isLife(cell.run)) await liveWith(cell, cell.run, how);
      else await callAlone(cell, cell.run as AloneCall, how);
      expect(await way.test.database.call("genbff_violations", {})).toEqual([]);
    },
  );
});

describe("restart", () => {
  const drivers = wiredDrivers.filter(
    (driver) => "run" in driverMatrix.restart[driver] && (driver !== "pgbouncer" || hasPgbouncer),
  );

  it(`of Postgres behind ${drivers.join(" and ")}: generations that are under way are made, bought once`, async () => {
    const server = await startSupabasePostgres(18, { synchronous_commit: "on" });
    let finished = false;
    const opened = await Promise.all(
      drivers.map(async (driver) => {
        const way = await brokenDrivers[driver](server.url);
        const vendor = scriptedProvider({
          submit: (job) => running(job.generationId, 20),
          check: async ({ key }) => (finished ? picture() : running(key, 20)),
        });
        const shop = await openScriptedShop(way.test, {
          providers: { vendor: vendor.port },
          // What was taken by a call whose answer was lost is nobody's until its lease has run out.
          limits: { leaseMs: 3000 },
        });
        const process = await shop.open(() => ({ ...way.database, close: async () => undefined }));
        return { driver, way, vendor, shop, process };
      }),
    );
    try {
      const started = await Promise.all(
        opened.flatMap(({ process, way, vendor }) =>
          [randomUUID(), randomUUID()].map(async (user) => {
            const body = { task_id: user, prompt: "a lamp" };
            const ask = () =>
              process.ask(user, "/generate/text-to-image", body, { "idempotency-key": "once" });
            return { way, vendor, ask, id: (await ask()).json.generation_id as string };
          }),
        ),
      );
      const status = async ({ way, id }: (typeof started)[number], column = "status") =>
        (await way.test.query(`select ${column} as found from genbff.generations where id = $1`, [id]))[0]
          ?.found;
      for (const one of started)
        await expect.poll(() => status(one, "step"), { timeout: 20_000 }).toBe("submitted");
      await server.halt("immediate");
      await server.resume();
      finished = true;
      for (const one of started) {
        await expect.poll(() => status(one, "completed_at is not null"), { timeout: 30_000 }).toBe(true);
        expect(await status(one, "coalesce(error_code, status::text)")).toBe("complete");
        expect(one.vendor.submissions.filter(({ generationId }) => generationId === one.id)).toHaveLength(1);
        expect((await one.ask()).json.generation_id).toBe(one.id);
      }
      for (const { way, driver } of opened)
        expect(await way.test.database.call("genbff_violations", {}), driver).toEqual([]);
    } finally {
      await Promise.all(opened.map(({ shop }) => shop.close()));
      await Promise.all(opened.map(({ way }) => way.close()));
      await server.stop();
    }
  }, 120_000);
});

describe("through pglite", () => {
  const [{ point } = {}] = cellsOf("pglite").filter(({ cell }) => "run" in cell);

  it(`${point}: killed with its database when its intent was answered, another goes on`, async () => {
    const test = await createTestPglite();
    const process = startProcess({ folder: test.folder, live: true });
    await process.ready;
    await process.kill();
    const book = openBook(test);
    const balance = () => book.call("balance", { p_wallet_id: embeddedAsked.user });
    const { id } = await book.start(embeddedAsked);
    expect(await balance()).toMatchObject({ available: 99, held: 1 });
    const claimed = (await book.take(id)) as Claimed;
    expect(claimed).toMatchObject({ attempt: 1, lease_epoch: 2 });
    // It is known to be on its way: nobody sends it again.
    await expect(book.intent(claimed)).rejects.toThrow("already sent");
    await book.finish(claimed);
    expect(await balance()).toMatchObject({ available: 99, held: 0 });
    expect(await book.violations()).toEqual([]);
    await test.close();
  }, 120_000);
});
