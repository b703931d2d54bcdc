import type { SupabaseDatabase } from "../embedded/supabase-database.ts";

/** One cell: may this role do this with that? */
export interface Cell {
  readonly role: string;
  readonly kind: "schema" | "table" | "view" | "sequence" | "column" | "function";
  /** With its schema; a column with its table, a function without its arguments. */
  readonly object: string;
  readonly privilege: string;
  readonly granted: boolean;
}

const roles = ["public", "anon", "authenticated", "service_role", "authenticator"];

/** Everything that is in our schemas, whoever made it, times every role and every privilege that there is for it. */
const matrix = `
with roles (role) as (select unnest($1::text[])),
relations as (
  select c.oid, n.nspname || '.' || c.relname as object,
         case c.relkind when 'v' then 'view' when 'm' then 'view' when 'S' then 'sequence' else 'table' end as kind
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
   where n.nspname in ('genbff', 'public') and c.relkind in ('r', 'p', 'v', 'm', 'f', 'S'))
select role, kind, object, privilege, has_table_privilege(role, oid, privilege) as granted
  from roles, relations,
       unnest(array['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER']
              || case when current_setting('server_version_num')::int >= 170000 then array['MAINTAIN'] end) privilege
 where kind <> 'sequence'
union all
select role, kind, object, privilege, has_sequence_privilege(role, oid, privilege)
  from roles, relations, unnest(array['USAGE', 'SELECT', 'UPDATE']) privilege where kind = 'sequence'
union all
select role, 'column', object || '.' || attname, privilege, has_column_privilege(role, oid, attnum, privilege)
  from roles, relations join pg_attribute a on a.attrelid = oid and a.attnum > 0 and not a.attisdropped,
       unnest(array['SELECT', 'INSERT', 'UPDATE', 'REFERENCES']) privilege where kind <> 'sequence'
union all
select role, 'function', n.nspname || '.' || p.proname, 'EXECUTE', has_function_privilege(role, p.oid, 'EXECUTE')
  from roles, pg_proc p join pg_namespace n on n.oid = p.pronamespace where n.nspname in ('genbff', 'public')
union all
select role, 'schema', nspname, privilege, has_schema_privilege(role, oid, privilege)
  from roles, pg_namespace, unnest(array['USAGE', 'CREATE']) privilege where nspname in ('genbff', 'public')`;

/** Reads it from the catalogue. */
export function readMatrix({ query }: Pick<SupabaseDatabase, "query">): Promise<Cell[]> {
  return query(matrix, [roles]);
}

/** What may be read, by users under row security and by the server's role. Another list than the migration's, on purpose. */
const shown: Readonly<Record<string, string>> = {
  "public.assets":
    "id task_id generation_id user_id kind prompt style asset_url status source_input_asset_id source_asset_id index content_type bytes width height metadata created_at completed_at",
  "public.input_assets":
    "id task_id user_id input_asset_type prompt style asset_url status metadata created_at",
  "public.user_credits": "user_id balance held subscription_tier lifetime_granted lifetime_spent",
  "genbff.transactions": "id wallet_id seq kind amount balance_after reason created_at",
  "genbff.operation_costs": "key credits per multipliers version effective_at",
};
const shownColumns = new Set(
  Object.entries(shown).flatMap(([table, columns]) =>
    columns.split(" ").map((column) => `${table}.${column}`),
  ),
);
const clientColumns = new Set(
  "user_id task_id input_asset_type prompt style asset_url metadata"
    .split(" ")
    .map((column) => `public.input_assets.${column}`),
);

/** What a project has chosen. */
export interface Chosen {
  readonly views: readonly string[];
  readonly clientRows: boolean;
}

/** The rule: whatever is not named here is closed to everybody, also what a later migration adds. */
export function isExpected({ role, kind, object, privilege }: Cell, { views, clientRows }: Chosen): boolean {
  if (kind === "schema") return object === "public" && privilege === "USAGE";
  if (kind === "function") return role === "service_role" && object.startsWith("public.genbff_");
  const reads = role === "authenticated" || role === "service_role";
  const open = ["credit_transactions", "operation_costs", ...views].map((view) => `public.${view}`);
  if (kind === "view") return reads && privilege === "SELECT" && open.includes(object);
  if (kind !== "column") return false;
  if (privilege === "INSERT") return clientRows && role === "authenticated" && clientColumns.has(object);
  const relation = object.slice(0, object.lastIndexOf("."));
  return reads && privilege === "SELECT" && (open.includes(relation) || shownColumns.has(object));
}

/** The cells that are not as the rule has them, in words. */
export function mismatches(cells: readonly Cell[], chosen: Chosen): string[] {
  return cells
    .filter((cell) => cell.granted !== isExpected(cell, chosen))
    .map(({ role, granted, privilege, kind, object }) =>
      [role, granted ? "may" : "may not", privilege, kind, object].join(" "),
    );
}
