import { type Mutant, sql, tests } from "../mutant.ts";

const past = tests("core", "packages/core/src/database/supabase-schema.test.ts");
const emitted = tests("core", "packages/core/src/cli/emit-migrations.test.ts");
const migration = "packages/core/sql/migrations/0011_supabase.sql";

const files = tests("core", "packages/core/src/assets/client-files.test.ts");
const bucketsOfStores = tests("core", "packages/core/src/supabase/storage.test.ts");
const taking = "packages/core/src/assets/client-file.ts";

/** What clients may do past the server, and how migrations come to their database. */
export const clients: readonly Mutant[] = [
  sql("function genbff.close_tables(", {
    name: "what Supabase grants on a new table stays granted",
    why: "9.2: REVOKE ALL from PUBLIC, anon, authenticated",
    find: "execute format('revoke all on %s from %I', v_shown.relation, v_role);",
    replace: "",
    test: past("in every cell"),
  }),
  sql("function genbff.close_doors(", {
    name: "a function that moved away from public keeps its grants",
    why: "9.2: grants are explicit",
    find: "'revoke all on function %s from service_role'",
    replace: "'grant execute on function %s to service_role'",
    test: past("in every cell"),
  }),
  sql("function genbff.shown(", {
    name: "clients read keys of storage",
    why: "design 8: columns that clients may read",
    find: "'id,task_id,generation_id,",
    replace: "'id,storage_key,task_id,generation_id,",
    test: past("hides the columns"),
  }),
  sql("function genbff.admit_clients(", {
    name: "clients read everybody's rows",
    why: "9.1: own-row select policies",
    find: "using (%s = %I)",
    replace: "using (%s is not null or %I is null)",
    test: past("their own rows"),
  }),
  sql("function genbff.admit_clients(", {
    name: "clients read prices of tomorrow",
    why: "9.1: policies show what clients are to read",
    find: "using (effective_at <= pg_catalog.clock_timestamp())",
    replace: "using (effective_at is not null)",
    test: past("9.1"),
  }),
  {
    name: "what is made later starts open to everybody",
    why: "9.2: future functions start closed",
    file: migration,
    find: "alter default privileges revoke execute on functions from public;",
    replace: "",
    test: past("starts closed"),
  },
  sql("function genbff.allow_client_rows(", {
    name: "a client's row belongs to another user",
    why: "only own rows of input_assets",
    find: "%s = user_id and status",
    replace: "%s is not null and status",
    test: past("another's id"),
  }),
  sql("function genbff.set_views(", {
    name: "a view's further name shows a column that is the server's",
    why: "design 8: columns that clients may read",
    find: "or n.value <> all(v_columns)",
    replace: "",
    test: past("as by the command"),
  }),
  sql("function genbff.set_buckets(", {
    name: "users upload into the folders of others",
    why: "design 5.3: a key that starts with the user's id is the user's",
    find: "starts_with(name, %s || ''/'')",
    replace: "%s is not null",
    test: past("below their own id"),
  }),
  sql("function public.genbff_find_inputs(", {
    name: "a row that a client wrote names a file of the server's",
    why: "8.2: asset references are checked for ownership",
    find: "and i.storage_key is not null",
    replace: "",
    test: past("are no uploads of the server's"),
  }),
  {
    name: "a pushed file does again what `bff migrate` has done",
    why: "9.10: migrations are idempotent",
    file: "packages/core/src/cli/emitted-file.ts",
    find: "    return;\n",
    replace: "    null;\n",
    test: past("may be mixed"),
  },
  {
    name: "a later version's file comes before the team's newest one",
    why: "`supabase db push` refuses what comes before its last file",
    file: "packages/core/src/cli/emit-migrations.ts",
    find: "Math.max(now.getTime(), after)",
    replace: "now.getTime()",
    test: emitted("adds what a later version brings"),
  },
  {
    name: "an edit of an emitted file is not noticed",
    why: "9.10: migrations are checksummed",
    file: "packages/core/src/cli/emitted-file.ts",
    find: "return digest === sha256(rest);",
    replace: "return digest !== undefined && rest !== undefined;",
    test: emitted("edited by hand"),
  },
  {
    name: "a user's folder is every folder that begins like it",
    why: "8.2: asset references are checked for ownership",
    file: taking,
    find: "}/`)",
    replace: "}`)",
    test: files("a folder that begins like"),
  },
  {
    name: "a user of another sign-in who is called as a folder of ours is has what is in it",
    why: "8.2: asset references are checked for ownership",
    file: taking,
    find: "(ownKey === null || uuid.test(userId))",
    replace: "true",
    test: files("who are called as a folder is"),
  },
  {
    name: "what lies on our storage and is nobody's input is fetched",
    why: "design 5.3: a URL of our own storage is never fetched",
    file: taking,
    find: 'if (isOurs) throw new AppError("asset_url_not_allowed");',
    replace: "",
    test: files("another user's file in a bucket that everybody may read"),
  },
  {
    name: "a row of a client is believed where nobody has allowed it",
    why: "8.2: asset references are checked for ownership",
    file: taking,
    find: 'if (!clientFiles.rows) throw new AppError("not_found");',
    replace: "",
    test: files("stands for its user's file"),
  },
  {
    name: "a row of a client makes an input of a host that it names",
    why: "8.3: what may be fetched is decided by the request alone",
    file: "packages/core/src/assets/resolve-input.ts",
    find: 'if (isRow) throw new AppError("asset_url_not_allowed");',
    replace: "",
    test: files("another host, which may be fetched from"),
  },
  sql("function public.genbff_client_row(", {
    name: "a row of a client is read for whoever names it",
    why: "8.2: every query of user data filters on the user in SQL",
    find: "and user_id = p_user_id and storage_key is null",
    replace: "and storage_key is null",
    test: files("stands for its user's file"),
  }),
  {
    name: "an escaped slash ends a user's folder",
    why: "8.4: a key means the same in a path, in a URL and in a bucket",
    file: "packages/core/src/storage/client-key.ts",
    find: 'return text.includes("/") ? "" : text;',
    replace: "return text;",
    test: files("an escaped slash behind the user"),
  },
  {
    name: "a key of a client may lead back",
    why: "8.4: a key means the same in a path, in a URL and in a bucket",
    file: "packages/core/src/storage/client-key.ts",
    find: 'segmentPattern.test(text) && text !== "." && text !== ".."',
    replace: "segmentPattern.test(text)",
    test: bucketsOfStores("read in two ways"),
  },
];
