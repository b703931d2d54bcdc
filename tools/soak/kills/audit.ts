import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Purchase } from "../../../packages/simulator/src/purchases.ts";
import type { Told } from "./customers.ts";

/** Everything that must agree. */
export interface Evidence {
  query<Row extends object>(sql: string): Promise<Row[]>;
  /** What the vendors would bill. */
  readonly purchases: readonly Purchase[];
  /** What customers were told while it happened. */
  readonly told: readonly Told[];
  /** What everybody was given at the start. */
  readonly granted: number;
  /** Where the servers keep their files. */
  readonly assets: string;
}

/** What came out. */
export interface Verdict {
  readonly counts: Readonly<Record<string, number>>;
  readonly violations: readonly string[];
}

interface Row {
  id: string;
  status: string;
  error_code: string | null;
  charged: number;
  price: number;
  orphans: number;
  attempts: { provider: string; ref: string; sent: boolean; outcome: string | null; job: string | null }[];
  files: { key: string; bytes: number; sha256: string }[];
}

const generations = `
  select g.id, g.status, g.error_code, g.charged::int as charged, g.price_credits::int as price,
    (select count(*)::int from genbff.orphans o where o.generation_id = g.id) as orphans,
    (select coalesce(jsonb_agg(jsonb_build_object('provider', a.provider, 'ref', a.client_reference, 'outcome', a.outcome,
        'job', a.job_key, 'sent', a.intent_at is not null) order by a.attempt), '[]')
       from genbff.attempts a where a.generation_id = g.id) as attempts,
    (select coalesce(jsonb_agg(jsonb_build_object('key', s.storage_key, 'bytes', s.bytes, 'sha256', s.sha256)), '[]')
       from public.assets s where s.generation_id = g.id and s.status = 'complete') as files
    from genbff.generations g`;

/** Holds ledger, vendors' books, stored files and what customers were told against one another. */
export async function audit(evidence: Evidence): Promise<Verdict> {
  const rows = await evidence.query<Row>(generations);
  const violations: string[] = [];
  const ends: Record<string, number> = {};
  const sold = Map.groupBy(evidence.purchases, ({ client_reference }) => client_reference ?? "");
  let [attempts, twice, undelivered] = [0, 0, 0];

  for (const row of rows) {
    const end = row.error_code === null ? row.status : `${row.status}: ${row.error_code}`;
    ends[end] = (ends[end] ?? 0) + 1;
    attempts += row.attempts.length;
    const bought = row.attempts.flatMap(({ ref }) => sold.get(ref) ?? []);
    const kept = bought.filter(({ refunded }) => !refunded);
    const complete = row.status === "complete";
    const say = (problem: string) => violations.push(`${problem}: ${JSON.stringify({ ...row, bought })}`);
    if (!["complete", "failed", "cancelled"].includes(row.status)) say("never ended");
    if (row.charged !== (complete ? row.price : 0)) say("charged wrong");
    if (bought.length > row.attempts.filter(({ sent }) => sent).length) say("sold more than was sent");
    if (row.attempts.some(({ ref }) => (sold.get(ref)?.length ?? 0) > 1)) say("one attempt, sold twice");
    if (kept.length > 1) say("bought twice");
    if (complete && kept.length !== 1) say("delivered, but nobody sold it");
    const { job, ref } = row.attempts.at(-1) ?? {};
    if (complete && job != null && sold.get(ref ?? "")?.[0]?.purchase_id !== job) say("another's job");
    if (bought.length > 1) twice += 1;
    if (!complete && kept.length > 0) {
      undelivered += 1;
      const known = row.orphans > 0 || ["failed", "refused"].includes(row.attempts.at(-1)?.outcome ?? "");
      if (!known) say("sold, undelivered and forgotten");
    }
    if (complete !== row.files.length > 0) say("files of what is not delivered, or none of what is");
  }
  const known = new Set(rows.flatMap((row) => row.attempts.map(({ ref }) => ref)));
  for (const [ref, purchases] of sold)
    if (!known.has(ref)) violations.push(`sold to nobody: ${JSON.stringify(purchases)}`);

  const files = await auditFiles(rows, evidence.assets, violations);
  auditTold(rows, evidence.told, violations);
  await auditWallets(evidence, violations);
  return {
    counts: {
      generations: rows.length,
      ...Object.fromEntries(Object.entries(ends).sort(([one], [other]) => (one < other ? -1 : 1))),
      "purchases at the vendors": evidence.purchases.length,
      attempts,
      "generations with a second submission": twice,
      "sold and undelivered, known to operators": undelivered,
      ...files,
    },
    violations,
  };
}

/** Every delivered file is there, whole; of everything else there may be leftovers, which nobody can see. */
async function auditFiles(rows: readonly Row[], folder: string, violations: string[]) {
  const delivered = rows.flatMap(({ files }) => files);
  for (const { key, bytes, sha256 } of delivered) {
    const found = await readFile(join(folder, key)).catch(() => undefined);
    if (found === undefined) violations.push(`${key} is delivered and not there`);
    else if (found.length !== bytes || createHash("sha256").update(found).digest("hex") !== sha256)
      violations.push(`${key} is not what was recorded`);
  }
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const named = new Set(delivered.map(({ key }) => join(folder, key)));
  const drafts = entries.filter((entry) => entry.isFile() && entry.parentPath.includes(".drafts"));
  const others = entries.filter(
    (entry) => entry.isFile() && !drafts.includes(entry) && !named.has(join(entry.parentPath, entry.name)),
  );
  return { "files stored": delivered.length, "files of nobody": others.length, drafts: drafts.length };
}

function auditTold(rows: readonly Row[], told: readonly Told[], violations: string[]): void {
  const byId = new Map(rows.map((row) => [row.id, row]));
  const orders = new Set(told.map(({ id }) => id));
  if (orders.size !== told.length) violations.push(`${told.length} orders became ${orders.size} generations`);
  if (rows.length !== orders.size)
    violations.push(`${rows.length} generations, and customers know of ${orders.size}`);
  for (const { id, end } of told) {
    const row = byId.get(id);
    if (row === undefined) violations.push(`${id} was promised and is not there`);
    else if (
      end !== undefined &&
      (end.status !== row.status ||
        end.error !== row.error_code ||
        end.charged !== row.charged ||
        end.assets !== row.files.length)
    )
      violations.push(`${id} was told as ${JSON.stringify(end)}, and is ${JSON.stringify(row)}`);
  }
}

async function auditWallets({ query, granted }: Evidence, violations: string[]): Promise<void> {
  const rows = await query<{ user_id: string; balance: number; charged: number }>(`
    select w.user_id, w.balance::int as balance,
      (select coalesce(sum(g.charged), 0)::int from genbff.generations g where g.wallet_id = w.user_id) as charged
      from public.user_credits w`);
  for (const { user_id, balance, charged } of rows)
    if (balance !== granted - charged)
      violations.push(`${user_id} has ${balance} of ${granted}, charged ${charged}`);
}
