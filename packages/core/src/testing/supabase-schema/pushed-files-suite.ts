import { Client } from "pg";
import { afterEach, describe, expect, it } from "vitest";
import { pendingMigrations } from "../../database/migrate.ts";
import { coreMigrations } from "../../database/migration-files.ts";
import { createSupabaseDatabase, type SupabaseDatabase } from "../embedded/supabase-database.ts";
import { schemaSnapshot } from "../snapshot/schema-snapshot.ts";
import { coreNames, emittedFolder } from "./emitted-folder.ts";
import { runBff } from "./run-bff.ts";

async function asOwner<Result>(
  { ownerUrl }: SupabaseDatabase,
  work: (client: Client) => Promise<Result>,
): Promise<Result> {
  const client = new Client(ownerUrl);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** Empty databases of one test each, and a folder of emitted files. */
function project(server: () => string) {
  const folder = emittedFolder();
  const made: SupabaseDatabase[] = [];
  afterEach(async () => {
    for (const database of made.splice(0)) await database.close();
  });
  async function empty(): Promise<SupabaseDatabase> {
    const database = await createSupabaseDatabase(server());
    made.push(database);
    return database;
  }
  const emit = (...options: string[]) => runBff(["migrate", "--emit", folder.path, ...options]);
  const migrate = ({ ownerUrl }: SupabaseDatabase, ...options: string[]) =>
    runBff(["migrate", ...options], { DATABASE_URL: ownerUrl });

  /** As `supabase db push` does: each file in a transaction of its own, prepared, by a role that is no superuser. */
  const push = (database: SupabaseDatabase, files: readonly string[]) =>
    asOwner(database, async (client) => {
      for (const name of files) {
        await client.query("begin");
        await client.query({ name, text: folder.read(name) });
        await client.query("commit");
      }
    });
  return { folder, empty, emit, migrate, push };
}

/** What `bff migrate --emit` promises of its files. @param migrated - A database that `bff migrate` made. */
export function pushedFilesSuite(server: () => string, migrated: () => SupabaseDatabase): void {
  describe("emitted files", () => {
    const { folder, empty, emit, push } = project(server);

    it("make the schema that `bff migrate` makes, when they are pushed one by one", async () => {
      const pushed = await empty();
      await emit();
      await push(pushed, folder.names());
      const wanted = await asOwner(migrated(), schemaSnapshot);
      expect(wanted).toContain("create policy own_rows on public.assets");
      expect(await asOwner(pushed, schemaSnapshot)).toBe(wanted);
      expect(await pendingMigrations(pushed.query, [coreMigrations()])).toEqual([]);
    });
  });
}

/** How they go together with `bff migrate`. */
export function mixedFilesSuite(server: () => string): void {
  describe("emitted files", () => {
    const { folder, empty, emit, migrate, push } = project(server);

    it("may be mixed with `bff migrate`, and notice what has been done", async () => {
      const mixed = await empty();
      const choices = ["--view", "concept_images=image,vector", "--bucket", "made", "--client-rows", "on"];
      await emit();
      await push(mixed, folder.names().slice(0, 4));
      const left = coreNames.slice(4);
      expect(await migrate(mixed, "--dry-run")).toMatchObject({
        code: 3,
        said: left.map((name) => `would apply core/${name}`),
      });
      expect((await migrate(mixed)).said).toEqual(left.map((name) => `applied core/${name}`));
      await emit(...choices);
      await push(mixed, folder.names()); // Supabase has seen the first four alone
      expect(await migrate(mixed, "--dry-run")).toMatchObject({
        code: 0,
        said: ["The schema is up to date"],
      });
      const pushed = await asOwner(mixed, schemaSnapshot);
      expect(pushed).toContain("create view public.concept_images");
      expect((await migrate(mixed, ...choices)).code).toBe(0);
      expect(await asOwner(mixed, schemaSnapshot)).toBe(pushed);
    });

    it("refuse a database where another version of them was applied", async () => {
      const other = await empty();
      await emit();
      const [first = ""] = folder.names();
      await push(other, [first]);
      await other.query("update genbff.migrations set checksum = 'other'");
      await expect(push(other, [first])).rejects.toThrow(
        "Migration core/0001_ledger.sql was edited after it was applied",
      );
    });
  });
}
