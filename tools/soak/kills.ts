import { setTimeout as sleep } from "node:timers/promises";
import { dice } from "../../packages/core/src/testing/generations/scheduler.ts";
import { audit } from "./kills/audit.ts";
import { beginCalamities } from "./kills/calamities.ts";
import { type Customers, openCustomers, type Told, userCount } from "./kills/customers.ts";
import { granted, openStage, type Stage } from "./kills/stage.ts";
import type { Found, Order, Part } from "./part.ts";

const defaults = {
  servers: 3,
  open: 120,
  "pictures-percent": 25,
  "kill-every-ms": 5000,
  "other-every-ms": 20_000,
  "lease-ms": 5000,
  "job-ms": 500,
  "latency-ms": 100,
};

/** The last of them must have ended this long after the last order. */
const drainMaxMs = 15 * 60_000;

/**
 * V5: generations over real servers, real HTTP and a real Postgres, while processes are killed, frozen and stopped,
 * the database restarts and goes away, and vendors misbehave. What is drawn follows the seed; what it meets does not.
 */
export const kills: Part = {
  unit: "generations",
  full: 5000,
  options: {
    servers: `processes of the main example, default ${defaults.servers}`,
    open: `generations under way at the same time, default ${defaults.open}`,
    "pictures-percent": `how many are pictures, the others are models, default ${defaults["pictures-percent"]}`,
    "kill-every-ms": `kill -9 of a random process, default ${defaults["kill-every-ms"]}`,
    "other-every-ms": `something larger happens, default ${defaults["other-every-ms"]}`,
    "lease-ms": `default ${defaults["lease-ms"]}`,
    "job-ms": `a job at the vendor of models, default ${defaults["job-ms"]}`,
    "latency-ms": `a picture at its vendor, default ${defaults["latency-ms"]}`,
  },
  async run(order) {
    const option = (name: keyof typeof defaults) => order.option(name) ?? defaults[name];
    const stage = await openStage({
      seed: order.seed,
      servers: option("servers"),
      leaseMs: option("lease-ms"),
      jobMs: option("job-ms"),
      latencyMs: option("latency-ms"),
    });
    const violations: string[] = [];
    try {
      const found = await play(stage, order, option, violations);
      return { counts: found, violations };
    } finally {
      if (violations.length > 0) console.log(`kills: the servers' logs are in ${stage.folder}`);
      await stage.close(violations.length > 0);
    }
  },
};

async function play(
  stage: Stage,
  order: Order,
  option: (name: keyof typeof defaults) => number,
  violations: string[],
): Promise<Found["counts"]> {
  const customers = openCustomers(stage.fleet.urls, dice(order.seed), option("pictures-percent"));
  const over = new AbortController();
  const calamities = beginCalamities(
    { ...stage, leaseMs: option("lease-ms") },
    dice(order.seed + 1),
    { killEveryMs: option("kill-every-ms"), otherEveryMs: option("other-every-ms") },
    over.signal,
  );
  const barriers = verifyUntil(stage, over.signal, violations);

  const told = await sell(stage, customers, order, option("open"));

  over.abort();
  await calamities.ended;

  await drained(stage, violations);

  const verified = (await barriers) + 1;
  violations.push(...(await verify(stage)), ...(await lastWords(customers, told)));

  const db = await stage.connect();
  const verdict = await audit({
    db,
    purchases: await stage.vendors.purchases(),
    told,
    granted,
    assets: stage.assets,
  });
  await db.end();
  violations.push(...verdict.violations, ...customers.violations, ...stage.fleet.crashes);
  return {
    ...verdict.counts,
    ...calamities.counts,
    "vendor faults": await stage.vendors.faults(),
    "starts of servers": stage.fleet.starts(),
    "of them without a database": stage.fleet.failedStarts(),
    requests: customers.counts.requests,
    "of them repeated": customers.counts.repeats,
    cancels: customers.counts.cancels,
    "times genbff_verify was empty": verified - (violations.length > 0 ? 1 : 0),
  };
}

/** Orders one after the other, never more at the same time than `open`. */
async function sell(stage: Stage, customers: Customers, order: Order, open: number): Promise<Told[]> {
  const orders: Promise<Told>[] = [];
  let ordering = 0;
  while (order.more(orders.length)) {
    const [row] = await stage.query<{ open: number }>(
      "select count(*)::int as open from genbff.generations where completed_at is null",
    );
    for (let room = open - ordering - (row?.open ?? 0); room > 0 && order.more(orders.length); room--) {
      ordering += 1;
      orders.push(customers.order(orders.length).finally(() => ordering--));
    }
    order.progress(orders.length);
    await sleep(250);
  }
  return Promise.all(orders);
}

async function drained(stage: Stage, violations: string[]): Promise<void> {
  const began = performance.now();
  for (;;) {
    const left = await stage.query<{ id: string }>(
      "select id, status, step, attempt, next_run_at, retries from genbff.generations where completed_at is null",
    );
    if (left.length === 0) return;
    if (performance.now() - began > drainMaxMs) {
      violations.push(...left.map((row) => `still under way: ${JSON.stringify(row)}`));
      return;
    }
    await sleep(1000);
  }
}

/** In production it runs beside everything else; so it does here. Resolves to how often it ran. */
async function verifyUntil(stage: Stage, signal: AbortSignal, violations: string[]): Promise<number> {
  let times = 0;
  for (;;) {
    await sleep(10_000, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) return times;
    violations.push(...(await verify(stage)));
    times += 1;
  }
}

async function verify(stage: Stage): Promise<string[]> {
  const found = await stage.query("select * from public.genbff_verify()");
  return found.map((row) => `genbff_verify: ${JSON.stringify(row)}`);
}

/** Everybody looks once more: what they are told now is what the audit compares, and what they knew has not changed. */
async function lastWords(customers: Customers, told: Told[]): Promise<string[]> {
  const changed: string[] = [];
  const queue = told.entries();
  const asker = async () => {
    for (const [index, { user, id, end }] of queue) {
      const now = await customers.look(user, id);
      if (end !== undefined && JSON.stringify(end) !== JSON.stringify(now))
        changed.push(`${id} was ${JSON.stringify(end)}, and is told as ${JSON.stringify(now)}`);
      told[index] = { user, id, ...(now && { end: now }) };
    }
  };
  await Promise.all(Array.from({ length: 8 }, asker));
  for (let index = 0; index < userCount; index++) {
    const user = `user-${index}`;
    const { held } = await customers.balance(user);
    if (held !== 0) changed.push(`${user} still has ${held} set aside`);
  }
  return changed;
}
