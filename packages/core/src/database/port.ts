import type { JsonObject, JsonValue } from "../shared/json.ts";

/** A folder of numbered `.sql` files; `name` keeps two folders' numbers apart. */
export interface MigrationFolder {
  readonly name: string;
  readonly path: string;
}

/**
 * The whole of what the library asks of a database: call a function by name with named arguments and get
 * one JSON value back. One call is one transaction.
 *
 * Refusals reject with `AppError` (SQLSTATE `PTnnn`, `database/sql-error.ts`); an unreachable database with
 * `unavailable`. Deadlock, serialization failure, lock timeout and a lost connection are repeated by the driver,
 * at most 3 times: every writing function is idempotent by a key or a lease epoch.
 */
export interface Database {
  /**
   * Calls `public.<functionName>`, which returns `jsonb`. Arguments that are left out keep their defaults.
   * Objects and arrays are for `jsonb` parameters, text, numbers and booleans for scalar ones.
   */
  call(functionName: string, args: JsonObject): Promise<JsonValue>;
  /** Hints only: whatever is missed is found by the next query. Resolves to a function that stops listening. */
  listen?(channel: string, handler: (payload: string) => void): Promise<() => Promise<void>>;
  /**
   * Brings the schema up to date: ours first, then these folders. Harmless to repeat and to run from many processes.
   * A driver that can change no schema rejects with an `Error` that says what to run where something is missing.
   */
  migrate?(folders: readonly MigrationFolder[]): Promise<void>;
  /** Calls that come afterwards reject with `unavailable`: a server that stops may still be asked. */
  close(): Promise<void>;
}
