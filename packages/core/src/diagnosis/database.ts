import type { BffContext } from "../context.ts";
import { missingMigrations, newerMigrations } from "../database/migrate.ts";
import { coreMigrations } from "../database/migration-files.ts";
import type { MigrationFolder } from "../database/port.ts";
import { classifySqlError, sqlStateOf } from "../database/sql-error.ts";
import { isAppError } from "../errors/app-error.ts";
import { type Finding, ok, problem, warning } from "../shared/finding.ts";
import type { JsonObject } from "../shared/json.ts";

/** Whether the database answers us, and has seen every migration. */
export async function inspectDatabase(
  { database }: Pick<BffContext, "database">,
  folders: readonly MigrationFolder[],
): Promise<Finding[]> {
  let rows: JsonObject[];
  try {
    rows = (await database.call("genbff_schema", {})) as JsonObject[];
  } catch (error) {
    return [problem(troubleOf(error))];
  }
  const all = [coreMigrations(), ...folders];
  const missing = await missingMigrations(all, rows);
  const [first] = missing;
  if (first !== undefined)
    return [
      problem(
        `The database lacks ${missing.length} migrations, from ${first.folder}/${first.name} on: run \`bff migrate\`, or for Supabase \`bff migrate --emit supabase/migrations\` and \`supabase db push\``,
      ),
    ];
  const newer = await newerMigrations(all, rows);
  if (newer > 0)
    return [
      warning(
        `The database has seen ${newer} migrations that this version does not have: deploy the newer version here, too`,
      ),
    ];
  return [ok("It answers, and has seen every migration")];
}

/** Whether everything that is sold has its price. */
export async function inspectPrices({ costs, catalogue }: BffContext): Promise<Finding[]> {
  const known = await costs.all();
  const missing = catalogue.priceKeys.filter((key) => known[key] === undefined);
  if (missing.length === 0) return [ok("Everything that is offered has its price")];
  return [
    problem(
      `operation_costs has no price for ${missing.join(", ")}: set it with genbff_set_operation_cost, in a migration of yours`,
    ),
  ];
}

/** Further off, tokens that have just been made are not good yet, and `jwtAuth` forgives 5 s by itself. */
const noticedMs = 5000;
/** The most that `jwtAuth` can be told to forgive. */
const forgivenMs = 30_000;

/** Whether this machine's clock and the database's tell the same time. */
export async function inspectClock({ database, clock }: BffContext): Promise<Finding[]> {
  const asked = clock.now();
  const { now_ms } = (await database.call("genbff_clock", {})) as { now_ms: number };
  const answered = clock.now();
  // It was read at some moment in between.
  const offMs = Math.max(asked - now_ms, now_ms - answered, 0);
  if (offMs <= noticedMs) return [ok("This machine's clock and the database's agree")];
  const told = `This machine's clock and the database's are ${Math.round(offMs / 1000)} s apart: set this machine's by NTP`;
  return [
    offMs > forgivenMs
      ? problem(`${told}; until then good tokens are refused, and links end too soon or too late`)
      : warning(told),
  ];
}

const noSchema = new Set(["42883", "42P01", "3F000"]);

/** Why a call failed, and what helps. */
function troubleOf(error: unknown): string {
  const cause = (error as Error).cause;
  const state = sqlStateOf(error) ?? sqlStateOf(cause) ?? "";
  if (noSchema.has(state))
    return "The database has no schema of ours, or one that is older than this version: run `bff migrate`";
  if (state === "42501")
    return "The role may not call our functions: connect as the role that ran `bff migrate`, or on Supabase with the secret or service_role key";
  if (state.startsWith("28"))
    return "The database does not take this user and password: correct them in its URL";
  if (state === "3D000") return "There is no database of this name: correct it in the URL, or create it";
  const reason = isAppError(error) && cause instanceof Error ? cause.message : (error as Error).message;
  if (classifySqlError(error) === "disconnected")
    return `${reason}. Start it, correct the host in its URL, or let this machine reach it`;
  return reason;
}
