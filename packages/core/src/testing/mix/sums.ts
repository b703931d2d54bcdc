import type { TestDatabase } from "../embedded/test-database.ts";
import type { Pool } from "./operation.ts";

/** L20 by kind, reckoned here; and every entry and capture that a client was told of is in the books as it was told. */
export async function sums({ query }: Pick<TestDatabase, "query">, pool: Pool): Promise<string[]> {
  const broken: string[] = [];
  const [books] = await query<Record<string, number>>(`
    select (select coalesce(sum(balance), 0) from public.user_credits)::float8 as posted,
      (select coalesce(sum(held), 0) from public.user_credits)::float8 as held,
      (select coalesce(sum(amount), 0) from genbff.holds where state = 'open')::float8 as open,
      (select coalesce(sum(remaining), 0) from genbff.grants)::float8 as remaining,
      (select coalesce(sum(charged), 0) from genbff.generations)::float8 as charged`);
  const kinds = await query<{ kind: string; sum: number; wrong: number }>(`
    select kind, sum(amount)::float8 as sum,
      count(*) filter (where case when kind in ('grant', 'refund') then amount <= 0
        when kind in ('capture', 'expiry') then amount > 0 else false end)::int as wrong
      from genbff.transactions group by kind`);
  const all = kinds.reduce((sum, row) => sum + row.sum, 0);
  if (books?.posted !== all) broken.push(`L20: entries ${JSON.stringify(kinds)}, balances ${books?.posted}`);
  if (books?.held !== books?.open) broken.push(`${books?.held} set aside, open holds ${books?.open}`);
  if (books?.remaining !== books?.posted) broken.push(`lots ${books?.remaining}, balances ${books?.posted}`);
  for (const { kind, wrong } of kinds)
    if (wrong > 0) broken.push(`${wrong} entries of ${kind} go the wrong way`);

  const ids = [...pool.entries];
  const known = await query<{ id: number; amount: number }>(
    "select id::float8 as id, amount::float8 as amount from genbff.transactions where id = any($1)",
    [ids.map(([id]) => id)],
  );
  const amounts = new Map(known.map(({ id, amount }) => [id, amount]));
  for (const [id, amount] of ids)
    if (amounts.get(id) !== amount) broken.push(`entry ${id} was told as ${amount}, is ${amounts.get(id)}`);

  const captures = [...pool.captured];
  const holds = await query<{ id: string; captured: number }>(
    "select id, captured::float8 as captured from genbff.holds where id = any($1)",
    [captures.map(([id]) => id)],
  );
  const captured = new Map(holds.map((hold) => [hold.id, hold.captured]));
  for (const [id, amount] of captures)
    if (captured.get(id) !== amount)
      broken.push(`hold ${id} paid ${amount}, and the books say ${captured.get(id)}`);
  return broken;
}
