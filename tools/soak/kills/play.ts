import { setTimeout as sleep } from "node:timers/promises";
import { dice } from "../../../packages/core/src/testing/generations/scheduler.ts";
import type { Found, Order } from "../part.ts";
import { audit } from "./audit.ts";
import type { Calamities } from "./calamities.ts";
import { type Customers, openCustomers, type Told, userCount } from "./customers.ts";
import { granted, type Stage } from "./stage.ts";

/** As much of a stage as is played on. */
export type Scene = Pick<Stage, "vendors" | "fleet" | "assets" | "query">;

/** What is played. */
export interface Plan {
  /** Generations under way at the same time. */
  readonly open: number;
  readonly picturesPercent: number;
  /** Begins what strikes meanwhile; it goes on until the signal. */
  begin(signal: AbortSignal): Calamities;
}

/** The last of them must have ended this long after the last order. */
const drainMaxMs = 15 * 60_000;

/** Sells while calamities strike, waits until everything has ended, and holds all books against one another. */
export async function play(
  stage: Scene,
  order: Pick<Order, "seed" | "more" | "progress">,
  plan: Plan,
): Promise<Found> {
  const violations: string[] = [];
  const customers = openCustomers(stage.fleet.urls, dice(order.seed), plan.picturesPercent);
  const over = new AbortController();
  const calamities = plan.begin(over.signal);
  const barriers = verifyUntil(stage, over.signal, violations);

  const told = await sell(stage, customers, order, plan.open);

  over.abort();
  await calamities.ended;

  await drained(stage, violations);

  const verified = (await barriers) + 1;
  violations.push(...(await verify(stage)), ...(await lastWords(customers, told)));

  const verdict = await audit({
    query: stage.query,
    purchases: await stage.vendors.purchases(),
    told,
    granted,
    assets: stage.assets,
  });
  violations.push(...verdict.violations, ...customers.violations, ...stage.fleet.crashes);
  const counts = {
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
  return { counts, violations };
}

/** Orders one after the other, never more at the same time than `open`. */
async function sell(
  stage: Scene,
  customers: Customers,
  order: Pick<Order, "more" | "progress">,
  open: number,
): Promise<Told[]> {
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

async function drained(stage: Scene, violations: string[]): Promise<void> {
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
async function verifyUntil(stage: Scene, signal: AbortSignal, violations: string[]): Promise<number> {
  let times = 0;
  for (;;) {
    await sleep(10_000, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) return times;
    violations.push(...(await verify(stage)));
    times += 1;
  }
}

async function verify(stage: Scene): Promise<string[]> {
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
