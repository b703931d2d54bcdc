import { callWithRetries } from "../database/call-with-retries.ts";
import { missingMigrations } from "../database/migrate.ts";
import { coreMigrations } from "../database/migration-files.ts";
import { assertName } from "../database/named-call.ts";
import type { Database } from "../database/port.ts";
import { AppError } from "../errors/app-error.ts";
import type { JsonObject, JsonValue } from "../shared/json.ts";
import { failureOf, type RpcAnswer } from "./database-failure.ts";

/** What is used of the client that `createClient` of `@supabase/supabase-js` makes, whatever it knows of the tables. */
export interface SupabaseRpcClient {
  schema(name: string): {
    rpc(functionName: string, args: object): { abortSignal(signal: AbortSignal): PromiseLike<RpcAnswer> };
  };
}

/** How calls are made. */
export interface SupabaseOptions {
  /** For the answer to one call; the functions wait for a lock for 5 s at most, and last 30 s. Default 30 s. */
  callTimeoutMs?: number;
  /** `false` where the `.sql` files are not beside the code: then nobody compares them with the database. Default `true`. */
  migrate?: boolean;
}

/**
 * A Supabase project's Postgres through its REST API, one round trip a call.
 *
 * Give it a client of its own, with the secret (service_role) key, that nobody signs in with: a session would take the
 * key's place. It cannot listen, so processes find each other's work by looking; and it cannot migrate: `migrate`, and so
 * `bff.start`, rejects with an `Error` that says what to run where the database lacks a migration.
 *
 * Beside the port's `AppError`s, calls reject with an `Error` for operators where the key is refused or a function is missing.
 *
 * @example
 * const client = createClient(process.env.SUPABASE_URL, process.env.SUPABASE_SERVICE_ROLE_KEY, {
 *   auth: { persistSession: false, autoRefreshToken: false },
 * });
 * const database = supabase(client);
 */
export function supabase(client: SupabaseRpcClient, options: SupabaseOptions = {}): Database {
  const { callTimeoutMs = 30_000 } = options;
  const api = client.schema("public");
  let closed = false;

  async function call(functionName: string, args: JsonObject): Promise<JsonValue> {
    assertName(functionName);
    for (const name of Object.keys(args)) if (args[name] !== undefined) assertName(name);
    const sent = toArguments(args);
    return callWithRetries(functionName, async () => {
      if (closed) throw new AppError("unavailable", { cause: new Error("The database was closed") });
      const answer = await api.rpc(functionName, sent).abortSignal(AbortSignal.timeout(callTimeoutMs));
      const failure = failureOf(functionName, answer);
      if (failure !== undefined) throw failure;
      return (answer.data ?? null) as JsonValue;
    });
  }

  return {
    call,
    async migrate(folders) {
      if (options.migrate === false) return;
      const applied = await call("genbff_schema", {});
      if (!Array.isArray(applied))
        throw new Error(
          "genbff_schema was not answered by us: is the client's URL that of a Supabase project?",
        );
      const missing = await missingMigrations([coreMigrations(), ...folders], applied as JsonObject[]);
      const [first] = missing;
      if (first === undefined) return;
      throw new Error(
        `The database lacks ${missing.length} migrations, from ${first.folder}/${first.name} on, and Supabase's API cannot apply them: run \`bff migrate\`, or \`bff migrate --emit supabase/migrations\` and \`supabase db push\``,
      );
    },
    async close() {
      closed = true;
    },
  };
}

/** What the other drivers send as text is text here, too, where JSON would lose it or refuse it. */
function toArguments(args: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(args).map(([name, value]) => {
      if (typeof value === "string") return [name, value.toWellFormed()];
      if (typeof value === "number" && !Number.isFinite(value)) return [name, String(value)];
      return [name, value];
    }),
  );
}
