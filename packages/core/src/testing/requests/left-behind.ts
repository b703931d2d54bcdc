import type { TestDatabase } from "../embedded/test-database.ts";
import type { Taken } from "./taken.ts";
import type { Target } from "./target.ts";

/** Everything that lies about although nothing that was taken accounts for it. */
export async function leftBehind(test: TestDatabase, target: Target, taken: Taken): Promise<string[]> {
  const found: string[] = [];
  const compare = async (what: string, allowed: ReadonlySet<string>, query: string) => {
    const rows = await test.query<{ id: string }>(query);
    const unknown = rows.filter(({ id }) => !allowed.has(id));
    found.push(...unknown.slice(0, 5).map(({ id }) => `${what} ${id} belongs to no request that was taken`));
    const missing = allowed.size - (rows.length - unknown.length);
    if (missing !== 0) found.push(`${missing} of ${allowed.size} taken ${what}s are not there`);
  };
  await compare("generation", taken.generations, "select id::text from genbff.generations");
  await compare("hold", taken.generations, "select generation_id::text as id from genbff.holds");
  await compare(
    "idempotency key",
    taken.keys,
    "select user_id || ' ' || key as id from genbff.idempotency_keys",
  );

  const nobodys = await test.query<{ what: string; id: string }>(
    `select 'task' as what, task_id as id from genbff.tasks t
       where not exists (select from genbff.generations g where g.task_id = t.task_id)
         and not exists (select from public.input_assets i where i.task_id = t.task_id)
     union all
     select 'upload', i.id::text from public.input_assets i
       where i.id::text <> all ($1)
         and not exists (select from genbff.generations g where g.user_id = i.user_id and strpos(g.input::text, i.id::text) > 0)
     union all
     select 'open hold', generation_id::text from genbff.holds where state = 'open'`,
    [[...taken.uploads]],
  );
  found.push(...nobodys.slice(0, 10).map(({ what, id }) => `${what} ${id} was left behind`));

  const [{ notices = 0 } = {}] = await test.query<{ notices: number }>(
    "select count(*)::int as notices from genbff.webhook_inbox",
  );
  if (notices > taken.webhooks())
    found.push(`${notices} notices of ${taken.webhooks()} webhooks that were taken`);

  const known = await test.query<{ key: string }>(
    "select storage_key as key from public.assets union select storage_key from public.input_assets",
  );
  const keys = new Set(known.map(({ key }) => key));
  const stored = (await target.storedKeys()).filter((key) => !keys.has(key) && key !== ".drafts/probe");
  const files = stored.filter((key) => ![...taken.writes].some((path) => path.endsWith(`/${key}`)));
  found.push(...files.slice(0, 5).map((key) => `file ${key} was left behind`));
  const violations = (await test.database.call("genbff_violations", {})) as unknown[];
  found.push(...violations.map((row) => `genbff_verify: ${JSON.stringify(row)}`));
  return found;
}
