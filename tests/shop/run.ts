import type { FaultRule } from "@genbff/simulator";
import type { TestDatabase } from "../../packages/core/src/testing/embedded/test-database.ts";
import { dice } from "../../packages/core/src/testing/generations/scheduler.ts";
import { watchLeaks } from "../../packages/core/src/testing/leaks/watch-leaks.ts";
import { type Account, audit } from "./audit.ts";
import { openCustomers, type Told } from "./customers.ts";
import { mendAll } from "./mend.ts";
import { apiKeys, openShelves, type Patience } from "./shelves.ts";
import { granted, openShop } from "./shop.ts";
import type { SimulatedVendors } from "./simulated-vendors.ts";

/** How a run goes. */
export interface Run {
  readonly seed: number;
  /** Whether to order one more, after so many. */
  more(ordered: number): boolean;
  progress?(ended: number): void;
  /** Generations under way at the same time. */
  readonly inFlight: number;
  readonly patience: Patience;
  readonly faults: readonly FaultRule[];
  /** The word in everything that the vendors say. */
  readonly canary: string;
}

/** What a run came to. */
export interface Outcome {
  readonly counts: Readonly<Record<string, number>>;
  /** By the public name of the provider. */
  readonly accounts: Readonly<Record<string, Account & { readonly vendor: string }>>;
  readonly violations: readonly string[];
}

/**
 * Sells generations of every vendor, each of which misbehaves, then holds books, purchases and invoices against one
 * another, and searches all that was said for the vendors' words.
 */
export async function runShop(test: TestDatabase, vendors: SimulatedVendors, run: Run): Promise<Outcome> {
  await vendors.setFaults(run.faults);
  const shelves = openShelves(vendors.url, run.patience);
  // The vendors' own words stand in no log line either.
  const watch = watchLeaks({ words: [new URL(vendors.url).host], secrets: [run.canary, ...apiKeys] });
  const { outside, logs } = watch;
  const shop = await openShop(test, shelves, vendors.url, watch);
  const over = new AbortController();
  const mended = mendAll(test, over.signal);
  const customers = openCustomers(shop, shelves, dice(run.seed));
  const violations: string[] = [];
  const told: Told[] = [];
  let ordered = 0;
  try {
    for (const path of ["/operations", "/openapi.json"]) await (await shop.ask("user-0", path)).arrayBuffer();
    const lane = async () => {
      while (run.more(ordered)) {
        try {
          const one = await customers.order(ordered++);
          if (told.push(one) % 20 === 0) await customers.lookAround(one);
          run.progress?.(told.length);
        } catch (error) {
          violations.push(`an order was not taken, or its end not told: ${error}`);
        }
      }
    };
    await Promise.all(Array.from({ length: run.inFlight }, lane));
    const purchases = await vendors.purchases();
    const verdict = await audit({ test, shop, shelves, told, purchases });
    violations.push(...verdict.violations, ...(await auditWallets(test)));
    const broken = (await test.database.call("genbff_violations", {})) as unknown[];
    violations.push(...broken.map((row) => `genbff_verify: ${JSON.stringify(row)}`));
    for (const { where, text } of await readableRows(test)) outside.look(where, text);
    violations.push(...(await auditInvoices(vendors, purchases)));
    violations.push(...[...outside.found, ...logs.found].map((leak) => `leak: ${leak}`));
    const strikes = await vendors.strikes();
    const struck = [...strikes.values()].reduce((all, hits) => all + hits, 0);
    return {
      counts: {
        generations: told.length,
        "faults met": struck,
        "kinds of them": [...strikes.values()].filter((hits) => hits > 0).length,
        ...verdict.counts,
        "texts searched": outside.texts(),
        "log lines searched": logs.texts(),
      },
      accounts: Object.fromEntries(
        shelves.map(({ name, vendor }) => [name, { vendor, ...(verdict.accounts[name] as Account) }]),
      ),
      violations,
    };
  } finally {
    over.abort();
    await mended;
    await shop.stop();
  }
}

async function auditWallets(test: TestDatabase): Promise<string[]> {
  const wallets = await test.query<{ user_id: string; balance: number; held: number; charged: number }>(`
    select w.user_id, w.balance::int, w.held::int,
      (select coalesce(sum(g.charged), 0)::int from genbff.generations g where g.wallet_id = w.user_id) as charged
      from public.user_credits w`);
  return wallets
    .filter(({ balance, held, charged }) => held !== 0 || balance !== granted - charged)
    .map((wallet) => `of ${granted}: ${JSON.stringify(wallet)}`);
}

/** The vendors' invoices are their purchases, in the unit that they bill in. */
async function auditInvoices(
  vendors: SimulatedVendors,
  purchases: Awaited<ReturnType<SimulatedVendors["purchases"]>>,
): Promise<string[]> {
  const violations: string[] = [];
  for (const { vendor, unit, amount } of await vendors.invoices()) {
    const kept = purchases.filter((purchase) => purchase.vendor === vendor && !purchase.refunded);
    const total = kept.reduce(
      (all, { credits, usd }) => all + Math.round((unit === "usd" ? usd : (credits ?? 0)) * 1e6),
      0,
    );
    if (total !== Math.round(amount * 1e6))
      violations.push(`${vendor} bills ${amount} ${unit}, and sold ${total / 1e6}`);
  }
  return violations;
}

/** Everything that signed-in users may select: the tables and views in `public`, and what events and ends tell. */
async function readableRows(test: TestDatabase): Promise<{ where: string; text: string }[]> {
  const names = await test.query<{ name: string }>(
    `select table_schema || '.' || table_name as name from information_schema.tables where table_schema = 'public'
     union all select 'genbff.events'`,
  );
  const rows: { where: string; text: string }[] = [];
  for (const { name } of names)
    for (const { text } of await test.query<{ text: string }>(
      `select to_jsonb(t)::text as text from ${name} t`,
    ))
      rows.push({ where: `a row of ${name}`, text });
  return rows;
}
