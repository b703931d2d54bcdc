import { Client } from "pg";
import { beforeAll, describe, expect, it } from "vitest";
import { openBook } from "../generations/book.ts";
import { isExpected, mismatches, readMatrix } from "./privilege-matrix.ts";
import type { Project } from "./project.ts";

/** Our functions, with what the rules of section 9 are about. */
const functions = `
  select p.proname as name, n.nspname as schema, p.prosecdef as definer, coalesce(p.proconfig, '{}') as settings,
         p.prosrc as source, p.proowner::regrole::text as owner
    from pg_proc p join pg_namespace n on n.oid = p.pronamespace where n.nspname in ('genbff', 'public')`;

interface Function {
  readonly name: string;
  readonly schema: string;
  readonly definer: boolean;
  readonly settings: readonly string[];
  readonly source: string;
  readonly owner: string;
}

/** Each row of `reliability-spec.md` section 9, asked of the catalogue or shown by doing. */
export function hardeningSuite(project: () => Project): void {
  describe("reliability-spec 9", () => {
    const { query } = { query: (text: string) => project().query(text) };
    let all: Function[];
    beforeAll(async () => {
      all = await project().query<Function & Record<string, unknown>>(functions);
    });
    const ours = () => all.filter(({ schema }) => schema === "public");

    it("9.1: row security is on for every table, forced on none, with policies for signed-in users alone", async () => {
      const tables = await query(`
        select c.oid::regclass::text as name, relrowsecurity, relforcerowsecurity from pg_class c
         where relnamespace in ('genbff'::regnamespace, 'public'::regnamespace) and relkind in ('r', 'p')`);
      expect(tables.length).toBeGreaterThan(25);
      expect(tables.filter((one) => !one.relrowsecurity || one.relforcerowsecurity)).toEqual([]);
      const policies = await query(
        "select schemaname || '.' || tablename as name, cmd, roles::text, qual from pg_policies where schemaname in ('genbff', 'public') order by 1",
      );
      const own = (name: string, column = "user_id") => ({
        name,
        cmd: "SELECT",
        roles: "{authenticated}",
        qual: `((( SELECT auth.uid() AS uid))::text = ${column})`,
      });
      expect(policies).toEqual([
        { ...own("genbff.operation_costs"), qual: "(effective_at <= clock_timestamp())" },
        own("genbff.transactions", "wallet_id"),
        own("public.assets"),
        own("public.input_assets"),
        own("public.user_credits"),
      ]);
      const views = await query(
        "select relname, reloptions::text from pg_class where relnamespace = 'public'::regnamespace and relkind = 'v'",
      );
      expect(views.length).toBeGreaterThanOrEqual(4);
      expect(views.filter(({ reloptions }) => reloptions !== "{security_invoker=true}")).toEqual([]);
    });

    it("9.2: the matrix is as its rule has it, and what the migrating role makes later starts closed", async () => {
      const chosen = { views: ["images", "models"], clientRows: false };
      const cells = await readMatrix(project());
      expect(mismatches(cells, chosen)).toEqual([]);
      const open = cells.filter((cell) => isExpected(cell, chosen));
      expect(open.filter(({ role }) => role === "anon").map(({ object }) => object)).toEqual(["public"]);
      const defaults = await query(`
        select defaclobjtype::text as kind, a.grantee::regrole::text as grantee from pg_default_acl, aclexplode(defaclacl) a
         where defaclrole = 'project_owner'::regrole and a.grantee <> defaclrole order by 1`);
      expect(new Set(defaults.map(({ grantee }) => grantee))).toEqual(new Set(["service_role"]));
    });

    it("9.3: public functions run as their owner, with an empty search path, and build no SQL from arguments", () => {
      expect(ours().length).toBeGreaterThan(50);
      const wrong = ours().filter(
        ({ name, definer, owner, settings, source }) =>
          !name.startsWith("genbff_") ||
          !definer ||
          owner !== "project_owner" ||
          !settings.includes('search_path=""') ||
          /\bexecute\b/i.test(source),
      );
      expect(wrong.map(({ name }) => name)).toEqual([]);
      // Those that do build SQL are the owner's own tools, and run as whoever calls them.
      const builders = all.filter(({ source }) => /\bexecute\b/i.test(source));
      expect(builders.filter(({ definer, schema }) => definer || schema !== "genbff")).toEqual([]);
    });

    it("9.4: there is no function that a user may call", async () => {
      const [row] = await query(`
        select count(*)::int as n from pg_proc p, unnest(array['anon', 'authenticated']) role
         where pronamespace in ('genbff'::regnamespace, 'public'::regnamespace) and has_function_privilege(role, p.oid, 'EXECUTE')`);
      expect(row).toEqual({ n: 0 });
    });

    it("9.5: entries and prices are append-only by privilege and by trigger", async () => {
      const book = openBook(project());
      await book.call("grant", { p_wallet_id: "append", p_amount: 1, p_idempotency_key: "start" });
      await book.call("set_operation_cost", { p_key: "append", p_credits: 1 });
      for (const table of ["genbff.transactions", "genbff.operation_costs"]) {
        for (const role of ["anon", "authenticated", "service_role"] as const)
          await expect(project().as({ role }, `delete from ${table}`)).rejects.toMatchObject({
            code: "42501",
          });
        for (const statement of [
          `update ${table} set created_at = created_at`,
          `delete from ${table}`,
          `truncate ${table} cascade`,
        ])
          await expect(query(statement), statement).rejects.toThrow("is append-only");
      }
    });

    it("9.6: constraints hold where a function would fail", async () => {
      const breach = async (statement: string) =>
        query(statement).then(
          () => "accepted",
          ({ code }: { code: string }) => code,
        );
      const wallet = "public.user_credits (user_id, balance, held)";
      expect(await breach(`insert into ${wallet} values ('x', 1, 2)`)).toBe("23514"); // L3
      expect(await breach(`insert into ${wallet} values ('x', -1, -1)`)).toBe("23514");
      const unique = await query(`
        select i.indexrelid::regclass::text as name from pg_index i join pg_class c on c.oid = i.indrelid
         where i.indisunique and c.relname in ('holds', 'generations', 'transactions', 'attempts')`);
      expect(unique.map(({ name }) => name)).toEqual(
        expect.arrayContaining([
          "genbff.transactions_capture_once",
          "genbff.transactions_key_once",
          "genbff.attempts_job",
        ]),
      );
      const crossing = await query(`
        select count(*)::int as n from pg_constraint where contype = 'f' and connamespace = 'genbff'::regnamespace and cardinality(conkey) > 1`);
      expect(crossing[0]?.n).toBeGreaterThanOrEqual(3); // L19
    });

    it("9.7: every public function waits and lasts so long and no longer, and refuses by SQLSTATE", async () => {
      const limited = (name: string) => (one: Function) =>
        one.settings.some((set) => set.startsWith(`${name}=`));
      for (const name of ["lock_timeout", "statement_timeout"])
        expect(
          ours().filter((one) => !limited(name)(one)),
          name,
        ).toEqual([]);
      await expect(query("select public.genbff_input('nobody', 'nothing')")).rejects.toMatchObject({
        code: "PT404",
        message: "not_found",
      });
    });

    it("9.8: no function keeps anything in its session", () => {
      const state =
        /pg_(try_)?advisory_lock\b|set_config\([^)]*,\s*false\s*\)|\b(listen|prepare|discard|temp(orary)? table)\b/i;
      const code = (source: string) => source.replaceAll(/--[^\n]*/g, "").replaceAll(/'[^']*'/g, "''");
      expect(all.filter(({ source }) => state.test(code(source))).map(({ name }) => name)).toEqual([]);
    });

    it("9.9: credits are spent once where the role's isolation is serializable", async () => {
      const book = openBook(project());
      await book.call("grant", { p_wallet_id: "serial", p_amount: 5, p_idempotency_key: "start" });
      const tries = Array.from({ length: 6 }, async (_, index) => {
        const client = new Client(project().ownerUrl);
        await client.connect();
        await client.query("set default_transaction_isolation = 'serializable'");
        const hold = () =>
          client.query(
            "select public.genbff_hold(p_wallet_id => 'serial', p_amount => 3, p_idempotency_key => $1, p_external_reference => $1, p_expires_in_ms => 60000)",
            [`k${index}`],
          );
        try {
          for (;;) {
            const code = await hold().then(
              () => "held",
              (error: { code?: string }) => error.code ?? "",
            );
            if (!["40001", "40P01"].includes(code)) return code;
          }
        } finally {
          await client.end();
        }
      });
      expect((await Promise.all(tries)).sort()).toEqual([
        "PT402",
        "PT402",
        "PT402",
        "PT402",
        "PT402",
        "held",
      ]);
    });

    it("9.10: migrating again changes nothing, and every file is written down with its checksum", async () => {
      const seen = "select number, checksum, applied_at::text from genbff.migrations order by number";
      const before = await query(seen);
      await project().migrate();
      expect(await query(seen)).toEqual(before);
      expect(before.filter(({ checksum }) => !/^[0-9a-f]{64}$/.test(String(checksum)))).toEqual([]);
    });

    it("9.11: what is swept or listed has an index, partial where most rows have ended; hot rows leave room", async () => {
      const partial = await query(
        "select indexrelid::regclass::text as name from pg_index where indpred is not null and indrelid in (select oid from pg_class where relnamespace in ('genbff'::regnamespace, 'public'::regnamespace))",
      );
      const swept = partial.map(({ name }) => String(name));
      for (const name of [
        "genbff.attempts_in_flight",
        "genbff.orphans_open",
        "public.input_assets_pending",
        "genbff.turns_next",
      ].map((one) => one.replace(/^public\./, "")))
        expect(swept).toContain(name);
      const hot = await query(
        "select relname from pg_class where relnamespace in ('genbff'::regnamespace, 'public'::regnamespace) and reloptions::text like '%fillfactor%'",
      );
      expect(hot.map(({ relname }) => relname)).toEqual(
        expect.arrayContaining(["user_credits", "generations", "turns", "gates"]),
      );
    });
  });
}
