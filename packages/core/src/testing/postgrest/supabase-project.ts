import { createClient, type SupabaseClient } from "@supabase/supabase-js";
import { SignJWT } from "jose";
import { inject } from "vitest";
import type { Database } from "../../database/port.ts";
import { supabase } from "../../supabase/database.ts";
import {
  createTestDatabase,
  type TestDatabase,
  type TestDatabaseOptions,
} from "../embedded/test-database.ts";
import { openPostgrest, type PostgrestStandIn } from "./stand-in.ts";

/** The roles that a project's API serves. */
export type SupabaseRole = "anon" | "authenticated" | "service_role";

/** A Supabase project of one test's own: a database with what stands before it. */
export interface SupabaseProject extends TestDatabase {
  /** The driver under test, with the service role's key. */
  readonly database: Database;
  readonly postgrest: PostgrestStandIn;
  /** Where PostgREST finds the database: for another one before the same. */
  readonly authenticatorUrl: string;
  /** A client with the key of a role. */
  client(role: SupabaseRole): Promise<SupabaseClient>;
}

/** What signs the keys of every test's project. */
export const jwtSecret = "a secret of thirty-two characters";

/** Makes one, with the migrations applied as `supabase db push` does: by the owner, past the API. */
export async function createSupabaseProject(
  options: Omit<TestDatabaseOptions, "max"> = {},
): Promise<SupabaseProject> {
  const test = await createTestDatabase({ server: inject("supabasePostgresUrl"), ...options });
  const url = new URL(test.url);
  url.username = "authenticator";
  const postgrest = await openPostgrest(url.href, jwtSecret);
  const client = async (role: SupabaseRole) => serverClient(postgrest.url, await keyOf(role));
  const database = supabase(await client("service_role"));
  return {
    ...test,
    database,
    postgrest,
    authenticatorUrl: url.href,
    client,
    async close() {
      await Promise.all([database.close(), postgrest.close()]);
      await test.close();
    },
  };
}

/** Signs the key of a role as Supabase's legacy keys are: a token without a user. */
export function keyOf(role: SupabaseRole, secret = jwtSecret): Promise<string> {
  return new SignJWT({ role, iss: "supabase" })
    .setProtectedHeader({ alg: "HS256", typ: "JWT" })
    .setIssuedAt()
    .setExpirationTime("1 day")
    .sign(new TextEncoder().encode(secret));
}

/** A client as a team makes it for a server. */
export function serverClient(url: string, key: string): SupabaseClient {
  return createClient(url, key, { auth: { persistSession: false, autoRefreshToken: false } });
}
