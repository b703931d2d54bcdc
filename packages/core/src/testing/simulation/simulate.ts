import type { GenerationStatus } from "../../contract/generation.ts";
import type { AnyBffOptions } from "../../create-context.ts";
import { memoryStore } from "../generations/memory-store.ts";
import { dice } from "../generations/scheduler.ts";
import { audit } from "./audit.ts";
import { openBank } from "./bank.ts";
import { buy, type Surroundings } from "./customer.ts";
import type { DatabaseServer } from "./database-server.ts";
import { openEar } from "./ear.ts";
import { type Fleet, type Ground, openFleet } from "./fleet.ts";
import { befall, tellOfJobs } from "./mischief.ts";
import { LineLost, openNetwork } from "./network.ts";
import { tamePlatform } from "./platform.ts";
import { costs } from "./stock.ts";
import { openVendor } from "./vendor.ts";
import { type World, worldOf } from "./world.ts";

/** What one seed came to. */
export interface Simulation {
  readonly seed: number;
  readonly problems: readonly string[];
  readonly trace: readonly string[];
  /** How many generations had which end. */
  readonly ends: Readonly<Record<string, number>>;
  readonly virtualMs: number;
}

/** What to simulate. */
export interface SimulationOptions {
  readonly seed: number;
  /** Wishes of users; retries and children come on top. */
  readonly generations: number;
  readonly sabotage?: (options: AnyBffOptions) => AnyBffOptions;
}

/**
 * Lives one seed from the first request to the last audit: several processes, users and vendors, everything that can
 * go wrong, and nothing that chance of the machine decides. The same seed gives the same trace.
 */
export async function simulate(server: DatabaseServer, options: SimulationOptions): Promise<Simulation> {
  const { seed } = options;
  await server.empty(seed);
  const untame = tamePlatform(dice(seed + 1));
  try {
    const world = worldOf(seed);
    const began = world.time.now();
    const end = live(world, server, options);
    // Whatever fails here is a mistake of the simulation itself.
    let over = false;
    const ended = end.finally(() => {
      over = true;
    });
    ended.catch(() => undefined);
    while (!over) if (!(await world.time.next())) throw new Error("nothing is planned, and it is not over");
    const ends = await ended;
    return { seed, problems: world.problems, trace: world.trace, ends, virtualMs: world.time.now() - began };
  } finally {
    untame();
  }
}

async function live(
  world: World,
  server: DatabaseServer,
  { seed, generations, sabotage }: SimulationOptions,
): Promise<Record<string, number>> {
  const { luck, time } = world;
  for (const [key, { credits, per }] of Object.entries(costs)) {
    const args = { p_key: key, p_credits: credits, p_per: per };
    await world.look(() => server.call("genbff_set_operation_cost", args, time.now()));
  }
  // Dice of its own: a life with the other storage is the same life.
  const drawn = dice(seed + 2);
  const temporaryMs = drawn.below(3) === 0 ? [60_000, 300_000][drawn.below(2)] : undefined;
  const ground: Ground = {
    world,
    temporaryMs,
    server,
    store: memoryStore(),
    outage: { until: 0 },
    vendors: [
      openVendor(world, "atelier", "sync"),
      openVendor(world, "foundry", "jobs"),
      openVendor(world, "kiln", "jobs without lookup"),
    ],
    limits: {
      deadlineMs: luck.oneOf([120_000, 300_000, 1_800_000]),
      attempts: luck.between(1, 4),
      openGenerationsPerUser: luck.oneOf([3, 20]),
      watchTickMs: 2000,
    },
    caps: luck.once(2)
      ? { foundry: { concurrency: 2 }, atelier: { concurrency: 3, startsPerMinute: 10 } }
      : {},
    ...(sabotage === undefined ? {} : { sabotage }),
  };
  world.tell("world", `${luck.weather}, ${JSON.stringify({ ...ground.limits, temporaryMs })}`);
  const fleet = openFleet(ground, luck.between(1, 4));
  const ear = openEar(world);
  const bank = openBank(world, server);
  const network = openNetwork(world, fleet);
  let counted = 0;
  const around: Surroundings = {
    world,
    network,
    ear,
    bank,
    next: () => ++counted,
    pictures: new Map(),
    temporaryMs,
  };
  let served = false;
  befall(world, fleet, ground.outage, () => served);
  for (const vendor of ground.vendors) if (vendor.kind !== "sync") tellOfJobs(world, fleet, server, vendor);

  const users = Array.from({ length: luck.between(1, 6) }, (_, index) => `user${index + 1}`);
  const pauseMs = luck.oneOf([200, 2000, 10_000]);
  const wishes = Array.from({ length: generations }, async (_, index) => {
    await world.wait(index * pauseMs + luck.between(0, pauseMs));
    await buy(around, luck.oneOf(users));
  });
  await Promise.all(wishes);
  served = true;
  luck.calm();
  await everythingEnds(ground);
  await lastQuestions(around, ground, users);
  await closed(world, fleet);
  await world.look(() => audit({ ...ground, ear, bank }));
  const rows = await world.look(() =>
    server.query<{ end: string; count: number }>(
      `select status || coalesce(' ' || error_code, '') as end, count(*)::int from genbff.generations group by 1 order by 1`,
    ),
  );
  return Object.fromEntries(rows.map(({ end, count }) => [end, count]));
}

/** Children and late answers come after what somebody waited for. */
async function everythingEnds({ world, server, limits, temporaryMs }: Ground): Promise<void> {
  const until = world.time.now() + (limits.deadlineMs ?? 0) * 3 + 300_000;
  for (;;) {
    await world.wait(20_000);
    const open = await world.look(() =>
      server.query<{ id: string }>("select id from genbff.generations where completed_at is null"),
    );
    if (open.length === 0) break;
    if (world.time.now() > until) return world.blame(`${open.map(({ id }) => id).join(" ")} never ends`);
  }
  // Long enough for whoever stood still to wake up, and for what was on its way to arrive; and where nothing is kept, for
  // everything to be over.
  await world.wait(150_000 + (temporaryMs ?? 0));
}

/** Every user asks once more for everything. */
async function lastQuestions(
  { world, network, ear, bank }: Surroundings,
  ground: Ground,
  users: readonly string[],
) {
  const rows = await world.look(() =>
    ground.server.query<{ id: string; user_id: string }>(
      "select id, user_id from genbff.generations order by created_at, id",
    ),
  );
  const ask = async (user: string, path: string) => {
    for (;;) {
      try {
        const { status, json } = await network.ask(user, path);
        if (status === 200) return json;
        return world.blame(`${user} is told ${status} of ${path}, in good weather`);
      } catch (error) {
        if (!(error instanceof LineLost)) throw error;
        await world.wait(1000);
      }
    }
  };
  for (const { id, user_id: user } of rows) {
    const status = (await ask(user, `/tasks/${id}/status`)) as GenerationStatus;
    ear.hear("last question", status);
    const isTold = status.assets.some(({ asset_url: url }) => url !== "");
    if (ground.temporaryMs !== undefined && isTold) world.blame(`a URL of ${id} is told after its end`);
  }
  for (const user of users) bank.balanceTold.set(user, (await ask(user, "/credits/balance"))?.available);
}

async function closed(world: World, fleet: Fleet): Promise<void> {
  await fleet.close();
  world.tell("world", "is closed");
}
