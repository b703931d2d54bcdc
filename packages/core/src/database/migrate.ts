import { type MigrationFile, readMigrations } from "./migration-files.ts";
import type { MigrationFolder } from "./port.ts";
import { isRepeatable } from "./sql-error.ts";

/** Runs one or more statements, without parameters, and resolves to the rows of the last one. */
export type RunSql = (sql: string) => Promise<readonly Record<string, unknown>[]>;

/** What a driver lends to the migrator: a way to ask, and a way to do several things or none. */
export interface MigrationExecutor {
  readonly run: RunSql;
  transaction(work: (run: RunSql) => Promise<void>): Promise<void>;
}

/** Any number, as long as every version of this library uses the same. */
const advisoryLock = 7_261_520_114;

/** A block of plpgsql: what every file does before it asks whether it was applied. One at a time, whoever runs it. */
export const openBook = `
  perform pg_advisory_xact_lock(${advisoryLock});
  if to_regclass('genbff.migrations') is null then
    create schema if not exists genbff;
    create table genbff.migrations (
      folder     text        not null,
      number     integer     not null,
      name       text        not null,
      checksum   text        not null,
      applied_at timestamptz not null default clock_timestamp(),
      primary key (folder, number)
    );
    alter table genbff.migrations enable row level security;
    revoke all on genbff.migrations from public;
  end if;`;

/** Folder, name and checksum were checked or made by us; none can hold a quote. */
export function recordOf(file: MigrationFile): string {
  return `insert into genbff.migrations (folder, number, name, checksum)
     values ('${file.folder}', ${file.number}, '${file.name}', '${file.checksum}')`;
}

/**
 * Applies the files that the database has not seen, folder by folder, each in a transaction of its own.
 *
 * Harmless to repeat, to interrupt and to run from many processes: each transaction takes an advisory lock, then
 * looks again. When there is nothing to do it costs one query. A database that knows more than these folders is
 * left alone: that is an older release running beside a newer one.
 *
 * @param onApplied - Told of each file that was applied here, once it is committed.
 * @throws Error - an applied file was edited, or a file failed (the message names file and line; nothing of it stays).
 */
export async function migrate(
  executor: MigrationExecutor,
  folders: readonly MigrationFolder[],
  onApplied: (file: MigrationFile) => void = () => undefined,
): Promise<void> {
  for (const file of await pendingMigrations(executor.run, folders)) {
    let done = false;
    await executor.transaction(async (run) => {
      done = await apply(run, file);
    });
    if (done) onApplied(file);
  }
}

/**
 * The files that the database has not seen, in their order.
 *
 * @throws Error - an applied file was edited.
 */
export async function pendingMigrations(
  run: RunSql,
  folders: readonly MigrationFolder[],
): Promise<MigrationFile[]> {
  return unseen(folders, await readApplied(run));
}

/**
 * The files of these folders that a database has not seen, for whoever may look but not apply.
 *
 * @param rows - `folder`, `number` and `checksum` of what it has seen.
 * @throws Error - an applied file was edited.
 */
export async function missingMigrations(
  folders: readonly MigrationFolder[],
  rows: readonly Record<string, unknown>[],
): Promise<MigrationFile[]> {
  return unseen(folders, toApplied(rows));
}

async function unseen(folders: readonly MigrationFolder[], applied: Applied): Promise<MigrationFile[]> {
  return (await Promise.all(folders.map(readMigrations))).flat().filter((file) => !isApplied(file, applied));
}

/** How many migrations of these folders a database has seen that are not in them: a newer release has been there. */
export async function newerMigrations(
  folders: readonly MigrationFolder[],
  rows: readonly Record<string, unknown>[],
): Promise<number> {
  const files = (await Promise.all(folders.map(readMigrations))).flat();
  const known = new Set(files.map((file) => `${file.folder}/${file.number}`));
  const ours = new Set(folders.map(({ name }) => name));
  return [...toApplied(rows).keys()].filter((key) => ours.has(key.replace(/\/.*/, "")) && !known.has(key))
    .length;
}

async function apply(run: RunSql, file: MigrationFile): Promise<boolean> {
  await run(`do $$ begin ${openBook} end $$`);
  if (isApplied(file, await readApplied(run))) return false; // somebody else did it while we waited
  try {
    await run(file.sql);
  } catch (error) {
    throw isRepeatable(error) ? error : failure(file, error);
  }
  await run(recordOf(file));
  return true;
}

/** Folder and number → checksum. */
type Applied = ReadonlyMap<string, string>;

function toApplied(rows: readonly Record<string, unknown>[]): Applied {
  return new Map(rows.map((row) => [`${row.folder}/${row.number}`, String(row.checksum)]));
}

async function readApplied(run: RunSql): Promise<Applied> {
  try {
    return toApplied(await run("select folder, number, checksum from genbff.migrations"));
  } catch (error) {
    const { code } = error as { code?: string };
    if (code === "42P01" || code === "3F000") return new Map(); // no such table or schema: a new database
    throw error;
  }
}

function isApplied(file: MigrationFile, applied: Applied): boolean {
  const checksum = applied.get(`${file.folder}/${file.number}`);
  if (checksum === undefined) return false;
  if (checksum !== file.checksum) {
    throw new Error(
      `Migration ${file.folder}/${file.name} was edited after it was applied; undo the edit and add a new file`,
    );
  }
  return true;
}

function failure(file: MigrationFile, error: unknown): Error {
  const { message, position } = error as { message: string; position?: string };
  const line = position ? `:${file.sql.slice(0, Number(position)).split("\n").length}` : "";
  return new Error(`Migration ${file.folder}/${file.name}${line} failed: ${message}`, { cause: error });
}
