import { readdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { coreMigrations, type MigrationFile, readMigrations } from "../../database/migration-files.ts";

/** One released version of the schema, or one that is going to be, as `sql/releases/<version>.json` tells it. */
export interface Release {
  readonly version: string;
  /** From then on its migrations are never edited: databases refuse a file that has changed. */
  readonly released: boolean;
  /** Its newest migration. */
  readonly last: string;
  /** Migration → SHA-256. Written by `pnpm snapshot` until the release, and compared ever after. */
  readonly checksums: Readonly<Record<string, string>>;
  /** How many of the story's generations had not been sent to their vendor yet. */
  readonly submissions: number;
  /** Of the story beside it: task → status, credits charged and error of its generation. A child is `<task>/<prompt>`. */
  readonly ends: Readonly<Record<string, string>>;
}

/** A release and where its files are. */
export interface ReleaseFiles extends Release {
  readonly path: string;
  readonly story: string;
  /** The migrations of that version, as they are now. */
  readonly migrations: readonly MigrationFile[];
}

/** All of them, oldest first. */
export async function readReleases(): Promise<ReleaseFiles[]> {
  const core = coreMigrations();
  const folder = join(dirname(core.path), "releases");
  const files = await readMigrations(core);
  const names = (await readdir(folder)).filter((name) => name.endsWith(".json"));
  const releases = await Promise.all(
    names.map(async (name) => {
      const path = join(folder, name);
      const release = JSON.parse(await readFile(path, "utf8")) as Release;
      const end = files.findIndex((file) => file.name === release.last);
      if (end === -1) throw new Error(`${path}: there is no migration ${release.last}`);
      const story = await readFile(path.replace(/json$/, "sql"), "utf8");
      return { ...release, path, story, migrations: files.slice(0, end + 1) };
    }),
  );
  return releases.sort((one, other) => one.version.localeCompare(other.version, "en", { numeric: true }));
}

/** What belongs into the file of a release: the checksums of today until it is released, those of that day from then on. */
export function releaseText({ path: _path, story: _story, migrations, ...release }: ReleaseFiles): string {
  const today = Object.fromEntries(migrations.map(({ name, checksum }) => [name, checksum]));
  const checksums = release.released ? release.checksums : today;
  return `${JSON.stringify({ ...release, checksums }, null, 2)}\n`;
}

/** The migrations of released versions that are no longer what was released, each with what to do about it. */
export function editedAfterRelease(releases: readonly ReleaseFiles[]): string[] {
  return releases
    .filter(({ released }) => released)
    .flatMap(({ version, checksums, migrations }) => {
      const today = new Map(migrations.map(({ name, checksum }) => [name, checksum]));
      return [...new Set([...Object.keys(checksums), ...today.keys()])]
        .filter((name) => checksums[name] !== today.get(name))
        .map((name) => `${name} was released with ${version}: undo the edit and add a new migration`);
    });
}
