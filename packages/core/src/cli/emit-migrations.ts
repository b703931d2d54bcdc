import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { MigrationFile } from "../database/migration-files.ts";
import { asOne, guarded, isUnedited, labelOf, sealed, shortDigest } from "./emitted-file.ts";

/** What is to be in a folder of `supabase db push`. */
export interface Emission {
  readonly folder: string;
  readonly files: readonly MigrationFile[];
  /** Calls of functions that set what the project chooses; written anew when they differ from those written last. */
  readonly choices: readonly string[];
  /** Says what would be written, and writes nothing. */
  readonly dryRun?: boolean | undefined;
  /** The earliest time of a new file. */
  readonly now: Date;
}

/** A file that we wrote, or that looks like it. */
interface Emitted {
  readonly name: string;
  readonly label: string;
  readonly text: string;
}

const settingsLabel = "genbff_settings_";
const emitted = /^\d+_(genbff_.+)\.sql$/;

/**
 * Writes what is missing. Each file gets a time of its own, later than now and than every file that is there: `supabase db
 * push` refuses what comes before the last file it has pushed. A file that is there keeps its time.
 *
 * @returns The names of the files written, in their order; none when the folder is complete.
 * @throws Error - a file was edited by hand, is there twice, or holds another version of a migration. Then nothing is written.
 */
export async function emitMigrations(emission: Emission): Promise<string[]> {
  const { folder, files, choices, dryRun, now } = emission;
  const names = await sqlFiles(folder);
  const there = await readEmitted(folder, names);
  for (const one of there)
    if (!isUnedited(one.text))
      throw new Error(
        `${join(folder, one.name)} was edited by hand: undo the edit, and put the change into a file of your own`,
      );

  const missing = files.filter((file) => !isThere(folder, there, file));
  const contents = missing.map((file) => ({ label: labelOf(file), text: sealed(guarded(file)) }));
  if (choices.length > 0) {
    const label = `${settingsLabel}${shortDigest(choices.join("\n"))}`;
    const last = there.findLast((one) => one.label.startsWith(settingsLabel));
    if (last?.label !== label) contents.push({ label, text: sealed(asOne(choices)) });
  }

  const times = timestamps(now, names.at(-1));
  const written = contents.map(({ label, text }) => ({ name: `${times.next().value}_${label}.sql`, text }));
  if (!dryRun) {
    await mkdir(folder, { recursive: true });
    for (const { name, text } of written) await writeFile(join(folder, name), text, { flag: "wx" });
  }
  return written.map(({ name }) => name);
}

/** In the order in which they are pushed. */
async function sqlFiles(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).filter((name) => /^\d+_.*\.sql$/.test(name)).sort();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}

async function readEmitted(folder: string, names: readonly string[]): Promise<Emitted[]> {
  const ours = names.flatMap((name) => {
    const label = emitted.exec(name)?.[1];
    return label === undefined ? [] : [{ name, label }];
  });
  return Promise.all(
    ours.map(async (one) => ({ ...one, text: await readFile(join(folder, one.name), "utf8") })),
  );
}

function isThere(folder: string, there: readonly Emitted[], file: MigrationFile): boolean {
  const [one, other] = there.filter(({ label }) => label === labelOf(file));
  if (other !== undefined)
    throw new Error(
      `${one?.name} and ${other.name} in ${folder} are the same migration: delete the one that was not pushed`,
    );
  if (one !== undefined && !one.text.includes(file.checksum))
    throw new Error(
      `${join(folder, one.name)} holds another version of ${file.folder}/${file.name}: a migration that was written is never edited`,
    );
  return one !== undefined;
}

/** A second apart, and later than the file before. */
function* timestamps(now: Date, last: string | undefined): Generator<string, never> {
  const [, year, month, day, hour, minute, second] = (
    /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)_/.exec(last ?? "") ?? []
  ).map(Number);
  const after =
    year === undefined ? 0 : Date.UTC(year, (month ?? 1) - 1, day, hour, minute, (second ?? 0) + 1);
  for (let time = Math.max(now.getTime(), after); ; time += 1000)
    yield new Date(time).toISOString().replace(/\D/g, "").slice(0, 14);
}
