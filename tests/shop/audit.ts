import type { Purchase } from "@genbff/simulator";
import type { TestDatabase } from "../../packages/core/src/testing/embedded/test-database.ts";
import type { Told } from "./customers.ts";
import { amountOf, type Shelf } from "./shelves.ts";
import type { Shop } from "./shop.ts";

/** What must agree. */
export interface Evidence {
  readonly test: TestDatabase;
  readonly shop: Shop;
  readonly shelves: readonly Shelf[];
  readonly told: readonly Told[];
  readonly purchases: readonly Purchase[];
}

/** Money of one shelf, in its vendor's unit. */
export interface Account {
  readonly unit: string;
  /** Booked by us with an attempt. */
  readonly recorded: number;
  /** Sold and not heard of: on the invoice, and explained by an orphan. */
  readonly orphaned: number;
  readonly invoiced: number;
}

/** What came out. */
export interface Verdict {
  readonly counts: Readonly<Record<string, number>>;
  readonly accounts: Readonly<Record<string, Account>>;
  readonly violations: readonly string[];
}

interface Attempt {
  readonly reference: string;
  readonly sent: boolean;
  readonly outcome: string | null;
  readonly cost: { readonly unit: string; readonly amount: number } | null;
}

interface Row {
  readonly id: string;
  readonly provider: string;
  readonly status: string;
  readonly error: string | null;
  readonly charged: number;
  readonly outputs: number;
  readonly delivered: number;
  readonly lost: boolean;
  readonly attempts: readonly Attempt[];
  readonly orphans: readonly string[];
}

const rowsOf = `
  select g.id, g.provider, g.status, g.error_code as error, g.charged::int, g.outputs,
    case when g.output is null then 0 else 1 end
      + (select count(*)::int from public.assets s where s.generation_id = g.id and s.status = 'complete') as delivered,
    g.failures @> '[{"code": "output_unavailable"}]' as lost,
    (select coalesce(jsonb_agg(o.reason), '[]') from genbff.orphans o where o.generation_id = g.id) as orphans,
    (select coalesce(jsonb_agg(jsonb_build_object('reference', a.client_reference, 'sent', a.intent_at is not null,
        'outcome', a.outcome, 'cost', a.cost) order by a.attempt), '[]')
       from genbff.attempts a where a.generation_id = g.id) as attempts
    from genbff.generations g`;

/** Thousands of prices must not drift: sums are counted in millionths. */
const millionths = (amount: number) => Math.round(amount * 1e6);

/** Holds every generation, its purchases and its costs against one another, and all of them against the invoice. */
export async function audit({ test, shop, shelves, told, purchases }: Evidence): Promise<Verdict> {
  const rows = await test.query<Row>(rowsOf);
  const byId = new Map(rows.map((row) => [row.id, row]));
  const violations: string[] = [];
  const counts = new Map<string, number>();
  const count = (what: string, by = 1) => counts.set(what, (counts.get(what) ?? 0) + by);
  const sold = Map.groupBy(purchases, ({ client_reference }) => client_reference ?? "");
  const sums = new Map(shelves.map(({ name }) => [name, { recorded: 0, orphaned: 0, invoiced: 0 }]));

  for (const { reference, shelf, operation, end } of told) {
    const row = byId.get(end.generation_id);
    if (row === undefined) {
      violations.push(`${reference} was promised and is not there`);
      continue;
    }
    byId.delete(row.id);
    const keys = shelf.referenced ? row.attempts.map((attempt) => attempt.reference) : [reference];
    const bought = keys.flatMap((key) => sold.get(key) ?? []);
    for (const key of keys) sold.delete(key);
    const kept = bought.filter(({ refunded }) => !refunded);
    const say = (problem: string) =>
      violations.push(
        `${problem}: ${JSON.stringify({ reference, shelf: shelf.vendor, operation, ...row, bought })}`,
      );
    const complete = row.status === "complete";
    const last = row.attempts.at(-1);
    count(row.error === null ? row.status : `${row.status}: ${row.error}`);
    count("purchases", kept.length);
    if (bought.length > kept.length) count("purchases given back", bought.length - kept.length);

    if (!["complete", "failed"].includes(row.status)) say("never ended");
    if (end.status !== row.status || end.credits.charged !== row.charged)
      say(`told as ${JSON.stringify(end)}`);
    const price = shop.priceOf(operation, shelf.name);
    const due = price.per === "call" ? Math.min(1, row.delivered) : row.delivered;
    if (row.charged !== (complete ? due * price.credits : 0)) say("charged wrong");
    if (complete !== row.delivered > 0 || row.delivered > row.outputs) say("delivered wrong");

    // A plan that is none is repaired once, within its attempt: the one purchase that has two calls.
    const callsMax = operation === "plan-prompts" ? 2 : 1;
    if (bought.length > row.attempts.filter(({ sent }) => sent).length * callsMax)
      say("sold more than was sent");
    if (kept.length > callsMax) say("bought twice");
    if (complete && kept.length === 0) say("delivered, and nobody sold it");
    if (!complete && kept.length > 0) {
      if (last?.outcome === "unknown" && row.orphans.length > 0 && !shelf.findsLost)
        count("paid and lost, each an orphan");
      else if (last?.outcome === "done" && row.orphans.length > 0) count("paid and damaged, each an orphan");
      else if (last?.outcome === "failed" || last?.outcome === "refused") count("paid for a vendor's no");
      else say("paid, undelivered and forgotten");
    }
    if (row.lost && row.orphans.length === 0) say("an output was sold, and is forgotten");

    const account = sums.get(shelf.name);
    if (account === undefined) continue;
    if (row.attempts.some(({ cost }) => cost !== null && cost.unit !== shelf.unit))
      say("booked in another unit");
    const recorded = sum(row.attempts, ({ cost }) => cost?.amount ?? 0);
    const invoiced = sum(kept, (purchase) => amountOf(shelf, purchase));
    account.recorded += recorded;
    account.invoiced += invoiced;
    if (recorded === invoiced) continue;
    account.orphaned += invoiced - recorded;
    const explained = row.orphans.length > 0 && invoiced > recorded;
    if (explained) count("orphans with a purchase");
    else say(`booked ${recorded / 1e6}, and ${invoiced / 1e6} is on the invoice`);
  }

  for (const row of byId.values()) violations.push(`nobody ordered ${JSON.stringify(row)}`);
  for (const left of sold.values()) violations.push(`sold to nobody: ${JSON.stringify(left)}`);
  const orphans = rows.flatMap((row) => row.orphans);
  count("orphans", orphans.length);
  return {
    counts: Object.fromEntries([...counts].sort(([one], [other]) => (one < other ? -1 : 1))),
    accounts: Object.fromEntries(
      shelves.map(({ name, unit }) => {
        const { recorded = 0, orphaned = 0, invoiced = 0 } = sums.get(name) ?? {};
        const account = {
          unit,
          recorded: recorded / 1e6,
          orphaned: orphaned / 1e6,
          invoiced: invoiced / 1e6,
        };
        return [name, account];
      }),
    ),
    violations,
  };
}

function sum<T>(items: readonly T[], amountOf: (item: T) => number): number {
  return items.reduce((total, item) => total + millionths(amountOf(item)), 0);
}
