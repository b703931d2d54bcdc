import { expect } from "vitest";
import type { Database } from "../../database/port.ts";
import { postgres } from "../../database/postgres.ts";
import { createSupabaseDatabase, type SupabaseDatabase } from "../embedded/supabase-database.ts";
import { runBff } from "./run-bff.ts";

/** A Supabase project's database that `bff migrate` has brought up to date. */
export interface Project extends SupabaseDatabase {
  /** The driver, as the owner. */
  readonly database: Database;
  /** `bff migrate` with these options. */
  migrate(...options: string[]): Promise<void>;
}

/** Makes one on a server of `startSupabasePostgres`. */
export async function openProject(server: string): Promise<Project> {
  const supabase = await createSupabaseDatabase(server);
  const database = postgres({ connectionString: supabase.ownerUrl, migrate: false });
  async function migrate(...options: string[]): Promise<void> {
    const ran = await runBff(["migrate", ...options], { DATABASE_URL: supabase.ownerUrl });
    expect(ran).toMatchObject({ code: 0, complaints: "" });
  }
  await migrate();
  return {
    ...supabase,
    database,
    migrate,
    async close() {
      await database.close();
      await supabase.close();
    },
  };
}
