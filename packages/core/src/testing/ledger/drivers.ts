import type { Database } from "../../database/port.ts";
import { hasPgbouncer } from "../embedded/pgbouncer.ts";
import { createPooledDatabase } from "../embedded/pooled-database.ts";
import { createTestDatabase, type TestDatabase } from "../embedded/test-database.ts";
import { createTestPglite } from "../embedded/test-pglite.ts";
import { createSupabaseProject } from "../postgrest/supabase-project.ts";

/** A driver that reaches one ledger with many clients at the same time: there alone a race can show. */
export interface ParallelDriver {
  open(): Promise<TestDatabase>;
  /** Of the rounds of a race: all, or a part where the same SQL lies behind and only the way to it differs. */
  readonly share: number;
}

export const parallelDrivers: Readonly<Record<string, ParallelDriver>> = {
  postgres: { open: () => createTestDatabase({ max: 32 }), share: 1 },
  supabase: { open: () => createSupabaseProject(), share: 0.2 },
  // Where there is none, postgres-pooler.test.ts says what is missing.
  ...(hasPgbouncer ? { pgbouncer: { open: () => createPooledDatabase(), share: 0.2 } } : {}),
};

/** Every driver, each before a migrated database of its own. */
export const drivers: Readonly<
  Record<string, { open(): Promise<{ readonly database: Database; close(): Promise<void> }> }>
> = {
  ...parallelDrivers,
  pglite: { open: () => createTestPglite() },
};
