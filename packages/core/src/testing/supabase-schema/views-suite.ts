import { afterAll, describe, expect, it } from "vitest";
import { openBook } from "../generations/book.ts";
import type { Project } from "./project.ts";
import { runBff } from "./run-bff.ts";

/** `bff migrate --view`: names and kinds as a project has them. */
export function viewsSuite(project: () => Project): void {
  describe("views of assets", () => {
    const usual = ["--view", "images=image,vector", "--view", "models=model"];
    afterAll(() => project().migrate(...usual));
    const views = async () =>
      (
        await project().query(
          "select relname from pg_class where relnamespace = 'public'::regnamespace and relkind = 'v' order by 1",
        )
      ).map(({ relname }) => relname);
    const others = ["credit_transactions", "operation_costs"];
    /** Names of what a view is made of: they stay the same where nothing was made anew. */
    const made = () =>
      project().query("select oid from pg_class where relname in ('images', 'models') order by 1");

    it("are left as they are where they are what is asked for", async () => {
      const before = await made();
      await project().migrate(...usual);
      await project().migrate("--view", "models=model", "--view", "images=vector,image");
      expect(await made()).toEqual(before);
    });

    it("are exactly those that are named, with one more name of the source", async () => {
      await project().migrate(
        ...[
          "--view",
          "concept_images=image:source_concept_image_id",
          "--view",
          "everything=image,model,vector",
        ],
      );
      expect(await views()).toEqual([
        "concept_images",
        ...others.slice(0, 1),
        "everything",
        ...others.slice(1),
      ]);
      const book = openBook(project());
      const { id, user } = await book.start();
      const asked = "select source_concept_image_id, source_asset_id, status from public.concept_images";
      expect(
        await project().as({ role: "authenticated", sub: user }, `${asked} where generation_id = $1`, [id]),
      ).toEqual([{ source_concept_image_id: null, source_asset_id: null, status: "pending" }]);
      // What is asked of them is kept by later migrations, and what is not named stays.
      await project().query("select genbff.close_doors()");
      await project().migrate("--client-rows", "off");
      expect(await views()).toContain("concept_images");
      expect(await project().as({ role: "authenticated", sub: user }, asked)).toHaveLength(1);
    });

    it("take no name that is taken, and go from under nothing that stands on them", async () => {
      const before = await views();
      await project().query("create table public.taken (id int)");
      await project().query("create view public.upon as select id from public.concept_images");
      const migrate = (...options: string[]) =>
        runBff(["migrate", ...options], { DATABASE_URL: project().ownerUrl });
      expect(
        await migrate("--view", "concept_images=image:source_concept_image_id", "--view", "taken=model"),
      ).toMatchObject({
        code: 1,
        complaints: 'relation "taken" already exists',
      });
      expect((await migrate(...usual)).complaints).toContain("cannot drop view public.concept_images");
      await project().query("drop view public.upon");
      await project().query("drop table public.taken");
      expect(await views()).toEqual(before);
    });

    it("have more names for their columns, and are made anew where those change, and only then", async () => {
      const named = "images=image:parent,ai_service_task_id=generation_id,row_id=id";
      const others = ["--view", "models=model"];
      await project().migrate("--view", named, ...others);
      const { id, user } = await openBook(project()).start();
      const asked =
        "select ai_service_task_id, generation_id, row_id = id as same, parent from public.images";
      expect(await project().as({ role: "authenticated", sub: user }, asked)).toEqual([
        { ai_service_task_id: id, generation_id: id, same: true, parent: null },
      ]);
      const before = await made();
      const reordered = "images=image:row_id=id,ai_service_task_id=generation_id,parent";
      await project().migrate("--view", reordered, ...others);
      expect(await made()).toEqual(before);
      await project().migrate("--view", named.replace("row_id=id", "row_id=task_id"), ...others);
      expect(await made()).not.toEqual(before);
    });

    it.each([
      ["{}", "a view or more"],
      ['{"Images": {"kinds": ["image"]}}', "small letters"],
      ['{"images": {"kinds": []}}', "kinds are"],
      ['{"images": {"kinds": ["film"]}}', "kinds are"],
      ['{"images": {"kinds": ["image"], "source": "a b"}}', "name of a column"],
      ['{"images": {"kinds": ["image"], "names": []}}', "names are an object"],
      ['{"images": {"kinds": ["image"], "names": {"a b": "id"}}}', "new names of columns"],
      ['{"images": {"kinds": ["image"], "names": {"style": "id"}}}', "new names of columns"],
      ['{"images": {"kinds": ["image"], "source": "x", "names": {"x": "id"}}}', "new names of columns"],
      ['{"images": {"kinds": ["image"], "names": {"key": "storage_key"}}}', "new names of columns"],
      ['{"images": {"kinds": ["image"], "names": {"key": null}}}', "new names of columns"],
    ])("are refused by the function as by the command: %s", async (wanted, why) => {
      await expect(project().query(`select genbff.set_views('${wanted}')`)).rejects.toMatchObject({
        detail: expect.stringContaining(why),
      });
    });
  });
}

/** A PostgREST that is not Supabase's: the role is there, and its `auth` schema is not. */
export function plainPostgrestSuite(
  empty: () => Promise<Pick<Project, "query" | "as" | "ownerUrl" | "close">>,
): void {
  it("without auth.uid() the claim `sub` is the user, whatever it looks like; and a role may come later", async () => {
    const plain = await empty();
    try {
      for (const gone of ["schema auth cascade", "schema storage cascade", "publication supabase_realtime"])
        await plain.query(`drop ${gone}`);
      const { code } = await runBff(["migrate", "--bucket", "made"], { DATABASE_URL: plain.ownerUrl });
      expect(code).toBe(0);
      for (const user of ["ada", "lin"])
        await plain.query(`select public.genbff_grant('${user}', 5, 'start')`);
      const asked = "select user_id, balance::int from public.user_credits";
      const ada = { role: "authenticated", sub: "ada" } as const;
      expect(await plain.as(ada, asked)).toEqual([{ user_id: "ada", balance: 5 }]);
      expect(await plain.as({ role: "authenticated" }, asked)).toEqual([]);
      // As after a migration that found no such role.
      await plain.query("drop policy own_rows on public.user_credits");
      expect(await plain.as(ada, asked)).toEqual([]);
      await plain.query("select genbff.admit_clients()");
      await plain.query("select genbff.close_doors()");
      expect(await plain.as(ada, asked)).toEqual([{ user_id: "ada", balance: 5 }]);
    } finally {
      await plain.close();
    }
  });
}
