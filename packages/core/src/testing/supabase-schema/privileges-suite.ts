import { Client } from "pg";
import { describe, expect, it } from "vitest";
import { type Chosen, mismatches, readMatrix } from "./privilege-matrix.ts";
import type { Project } from "./project.ts";

const byDefault: Chosen = { views: ["images", "models"], clientRows: false };
const defaults = ["--view", "images=image,vector", "--view", "models=model", "--client-rows", "off"];

/** What somebody may do by mistake, and how the matrix tells it. */
const opened = [
  ["grant execute on function public.genbff_balance(text) to anon", "anon may EXECUTE function"],
  ["grant execute on function genbff.now() to public", "public may EXECUTE function genbff.now"],
  [
    "grant select on public.user_credits to authenticated",
    "authenticated may SELECT table public.user_credits",
  ],
  [
    "grant update (status) on public.assets to authenticated",
    "authenticated may UPDATE column public.assets.status",
  ],
  ["grant usage on schema genbff to public", "public may USAGE schema genbff"],
  [
    "grant insert on genbff.transactions to service_role",
    "service_role may INSERT table genbff.transactions",
  ],
  ["grant usage on sequence genbff.turn to anon", "anon may USAGE sequence genbff.turn"],
  ["revoke select on public.images from authenticated", "authenticated may not SELECT view public.images"],
  [
    "create view public.peek as select * from genbff.holds; grant select on public.peek to anon",
    "anon may SELECT view public.peek",
  ],
] as const;

/** Who may do what: every object of the catalogue, every role, every privilege. */
export function privilegesSuite(project: () => Project): void {
  describe("the privilege matrix", () => {
    const wrong = async (chosen: Chosen) => mismatches(await readMatrix(project()), chosen);

    it("is as the rule has it, in every cell", async () => {
      const cells = await readMatrix(project());
      expect(mismatches(cells, byDefault)).toEqual([]);
      // It holds what there is: by other queries than the matrix's own.
      const [count] = await project().query<{ relations: number; functions: number; columns: number }>(`
        select (select count(*)::int from pg_class where relnamespace in ('genbff'::regnamespace, 'public'::regnamespace) and relkind in ('r', 'v', 'S')) as relations,
               (select count(distinct proname)::int from pg_proc where pronamespace in ('genbff'::regnamespace, 'public'::regnamespace)) as functions,
               (select count(*)::int from information_schema.columns where table_schema in ('genbff', 'public')) as columns`);
      const objects = (kinds: readonly string[]) =>
        new Set(cells.filter(({ kind }) => kinds.includes(kind)).map(({ object }) => object)).size;
      expect({
        relations: objects(["table", "view", "sequence"]),
        functions: objects(["function"]),
        columns: objects(["column"]),
      }).toEqual(count);
      const granted = cells.filter((cell) => cell.granted).length;
      expect(granted).toBeGreaterThan(100);
      console.log(`privilege matrix: ${cells.length} cells, ${granted} of them open, all as the rule has it`);
    });

    it("follows what a project chooses, and goes back", async () => {
      await project().migrate(
        "--view",
        "concept_images=image:source_concept_image_id",
        "--client-rows",
        "on",
      );
      expect(await wrong({ views: ["concept_images"], clientRows: true })).toEqual([]);
      await project().migrate(...defaults);
      expect(await wrong(byDefault)).toEqual([]);
    });

    it("notices every door that is opened, and the last line of a migration closes it", async () => {
      for (const [change] of opened) await project().query(change);
      const found = await wrong(byDefault);
      expect(
        opened.map(([, words]) => words).filter((words) => !found.some((line) => line.startsWith(words))),
      ).toEqual([]);
      await project().query("drop view public.peek");
      await project().query("revoke usage on schema genbff from public");
      await project().query("select genbff.close_doors()");
      expect(await wrong(byDefault)).toEqual([]);
    });

    it("what the owner adds later starts closed", async () => {
      const { query, database, ownerUrl } = project();
      const owner = new Client(ownerUrl);
      await owner.connect();
      await owner.query(`
        create table public.later (id int generated always as identity primary key);
        create sequence public.later_numbers;
        create function public.later_function() returns jsonb language sql as $$ select 'true'::jsonb $$;
        create table genbff.later (id int);
        create function genbff.later_function() returns int language sql as $$ select 1 $$;
      `);
      try {
        const cells = await readMatrix({ query });
        const later = cells.filter(({ object }) => /\blater/.test(object));
        expect(later.length).toBeGreaterThan(100);
        // In public the server's role keeps what Supabase gives it.
        const granted = later.filter((cell) => cell.granted && cell.role !== "service_role");
        expect(granted).toEqual([]);
        expect(later.filter((cell) => cell.granted && cell.object.startsWith("genbff."))).toEqual([]);
        expect(await database.call("later_function", {})).toBe(true);
      } finally {
        await owner.query(`
          drop table public.later, genbff.later; drop sequence public.later_numbers;
          drop function public.later_function(), genbff.later_function()`);
        await owner.end();
      }
    });
  });
}
