import { setTimeout as pause } from "node:timers/promises";
import { postgres } from "../../packages/core/src/database/postgres.ts";
import { type Simulator, startSimulator, type TrafficEntry } from "../../packages/simulator/src/index.ts";
import { startMeasured } from "../memory/measured-process.ts";
import { percentile } from "../percentile.ts";
import type { AtRest } from "./at-rest.ts";
import type { Watch } from "./readers-process.ts";
import { createUser, type Readers, startBff, startReaders, tokenOf, type WatchedBff } from "./stage.ts";

/** How much is watched, and for how long. */
export interface Plan {
  readonly watchers: number;
  readonly idleMs: number;
  readonly jobs: number;
  readonly jobMs: number;
}

/** What one round comes to. */
export interface Figures {
  readonly residentKb: number;
  readonly heldKb: number;
  readonly bareResidentKb: number;
  readonly bareHeldKb: number;
  readonly queriesPerSecond: number;
  readonly idleCpuPercent: number;
  readonly delayP50Ms: number;
  readonly delayP95Ms: number;
  readonly delayP99Ms: number;
  readonly pingP50Ms: number;
  readonly pingP99Ms: number;
  readonly callsPerJobMax: number;
}

/** As much as one user may keep open. */
const streamsPerUser = 50;
const kb = 1000;

/** Measures everything once, each in fresh processes. */
export async function measureRound(databaseUrl: string, plan: Plan, name: string): Promise<Figures> {
  const simulator = await startSimulator({ jobMs: plan.jobMs });
  const readers = await startReaders();
  try {
    const bare = await measureBare(readers, plan.watchers);
    const bff = await startBff(databaseUrl, simulator.url);
    try {
      const idle = await measureIdle(bff, readers, databaseUrl, plan, name);
      const busy = await measureBusy(bff, readers, simulator, plan, name);
      return { ...bare, ...idle, ...busy };
    } finally {
      await bff.stop();
    }
  } finally {
    await readers.stop();
    await simulator.close();
  }
}

/** The same number of streams, without us. */
async function measureBare(readers: Readers, count: number) {
  const bare = await startMeasured("../watchers/bare-process.ts", "");
  const { address } = bare.ready as { address: string };
  const watches = Array.from({ length: count }, (_, at) => ({ path: `/${at}`, token: "none" }));
  const rest = async () => (await bare.work({})) as AtRest;
  try {
    const each = await perStream(readers, address, watches, rest);
    return { bareResidentKb: each.residentKb, bareHeldKb: each.heldKb };
  } finally {
    await readers.leave();
    await bare.stop();
  }
}

/** Everybody is somebody else and watches a task of their own: no two share a line of the query. */
async function measureIdle(bff: WatchedBff, readers: Readers, databaseUrl: string, plan: Plan, name: string) {
  const watches = await ownTasks(databaseUrl, plan.watchers, `idle-${name}`);
  const each = await perStream(readers, bff.address, watches, bff.rest);
  // What the opening left behind is over: hints, and the ticks that measuring memory put off.
  await pause(2000);
  await bff.done();
  await pause(plan.idleMs);
  const { calls, cpuMs } = await bff.done();
  const { open, over } = await readers.read();
  if (open !== plan.watchers) throw new Error(`${over} streams ended while nothing happened`);
  await readers.leave();
  const queries = Object.values(calls).reduce((sum, count) => sum + count, 0);
  return {
    ...each,
    queriesPerSecond: (queries / plan.idleMs) * 1000,
    idleCpuPercent: (cpuMs / plan.idleMs) * 100,
  };
}

/** Users with a task each in which nothing is made, because it has only an upload. The BFF has no part in it. */
async function ownTasks(databaseUrl: string, count: number, name: string): Promise<Watch[]> {
  const database = postgres(databaseUrl);
  try {
    const own = async (user: string): Promise<Watch> => {
      await database.call("genbff_reserve_input", {
        p_user_id: user,
        p_id: crypto.randomUUID(),
        p_task_id: user,
        p_type: "image",
        p_storage_key: `uploads/${user}.png`,
        p_asset_url: "",
        p_filename: "photo.png",
        p_content_type: "image/png",
        p_bytes: 1000,
      });
      return { path: `/api/tasks/${user}/events`, token: await tokenOf(user) };
    };
    return await Promise.all(Array.from({ length: count }, (_, at) => own(`${name}-${at}`)));
  } finally {
    await database.close();
  }
}

/**
 * What one more stream adds to a process that has a fifth of them: what the first ones made V8 and the allocator set
 * aside for good is in both.
 */
async function perStream(
  readers: Readers,
  address: string,
  watches: readonly Watch[],
  rest: () => Promise<AtRest>,
) {
  const few = Math.ceil(watches.length / 5);
  const others = watches.length - few;
  await readers.open(address, watches.slice(0, few));
  const before = await rest();
  await readers.open(address, watches.slice(few));
  const after = await rest();
  return {
    residentKb: (after.residentBytes - before.residentBytes) / others / kb,
    heldKb: (after.heldBytes - before.heldBytes) / others / kb,
  };
}

/** As many users as there are jobs; each watches their own from as many pages as there may be: the job, and its task. */
async function measureBusy(
  bff: WatchedBff,
  readers: Readers,
  simulator: Simulator,
  plan: Plan,
  name: string,
) {
  const counting = countStatusCalls(simulator);
  const each = Math.min(streamsPerUser, Math.ceil(plan.watchers / plan.jobs));
  const watches: Watch[] = [];
  for (let job = 0; job < plan.jobs; job++) {
    const user = await createUser(bff.address, `busy-${name}-${job}`);
    const task = `busy-${name}-${job}`;
    const made = await user.post("/api/generate/text-to-model", { task_id: task, prompt: `a chair, ${job}` });
    for (let at = 0; at < each; at++) {
      const id = at % 2 === 0 ? String(made.generation_id) : task;
      watches.push({ path: `/api/tasks/${id}/events`, token: user.token });
    }
  }
  await readers.open(bff.address, watches);
  const pinging = await startPings();
  const deadline = Date.now() + plan.jobMs + 120_000;
  let read = await readers.read();
  while (read.delaysMs.length < watches.length) {
    if (Date.now() > deadline)
      throw new Error(`only ${read.delaysMs.length} of ${watches.length} read the last event`);
    await pause(1000);
    read = await readers.read();
  }
  await readers.leave();
  const pings = await pinging.stop();
  const delays = read.delaysMs.toSorted((a, b) => a - b);
  const calls = counting.stop();
  if (calls.size !== plan.jobs) throw new Error(`${calls.size} jobs at the vendor instead of ${plan.jobs}`);
  return {
    delayP50Ms: percentile(delays, 50),
    delayP95Ms: percentile(delays, 95),
    delayP99Ms: percentile(delays, 99),
    pingP50Ms: percentile(pings, 50),
    pingP99Ms: percentile(pings, 99),
    callsPerJobMax: Math.max(...calls.values()),
  };
}

/** What the machine makes of the smallest request meanwhile: an empty one to an Express that does nothing else. */
async function startPings() {
  const bare = await startMeasured("../watchers/bare-process.ts", "");
  const { address } = bare.ready as { address: string };
  const times: number[] = [];
  let over = false;
  const ping = async () => {
    while (!over) {
      const since = performance.now();
      await (await fetch(`${address}/ping`)).text();
      times.push(performance.now() - since);
      await pause(20);
    }
  };
  const pinging = ping();
  // Awaited below; a failure before that is not unheard.
  pinging.catch(() => undefined);
  return {
    /** In ms, ascending. */
    async stop() {
      over = true;
      await pinging;
      await bare.stop();
      return times.toSorted((a, b) => a - b);
    },
  };
}

/** The simulator remembers its last thousand requests: it is looked at before it has forgotten any. */
function countStatusCalls(simulator: Simulator) {
  const seen = new Set<TrafficEntry>();
  const look = () => {
    for (const entry of simulator.traffic()) if (isStatusCall(entry)) seen.add(entry);
  };
  const timer = setInterval(look, 250);
  return {
    /** By job. */
    stop() {
      clearInterval(timer);
      look();
      return new Map(
        [...Map.groupBy(seen, ({ path }) => path)].map(([path, entries]) => [path, entries.length]),
      );
    },
  };
}

function isStatusCall({ method, path }: TrafficEntry): boolean {
  return method === "GET" && /^\/tripo\/v3\/tasks?\/[\w-]+$/.test(path);
}
