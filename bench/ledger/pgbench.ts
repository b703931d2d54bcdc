import { execFile } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";

/** Postgres' own load generator, in C: beside it a client in Node would measure itself on a small machine. */
export interface Pgbench {
  readonly version: string;
  /** Makes the tables of the TPC-B-like transaction: scale × 100,000 accounts. */
  fill(url: string, scale: number): Promise<void>;
  /** Transactions a second: of the TPC-B-like script, or of the file named. */
  run(url: string, load: Load): Promise<number>;
}

export interface Load {
  readonly clients: number;
  readonly seconds: number;
  readonly script?: { readonly file: string; readonly variables: Readonly<Record<string, number>> };
}

/** @throws Error - no pgbench is installed. */
export async function installedPgbench(): Promise<Pgbench> {
  const distributions = "/usr/lib/postgresql";
  const folders = existsSync(distributions)
    ? readdirSync(distributions).map((version) => join(distributions, version, "bin"))
    : [];
  const program = [...(process.env.PATH ?? "").split(":"), ...folders.reverse()]
    .map((folder) => join(folder, "pgbench"))
    .find((path) => existsSync(path));
  if (program === undefined) throw new Error("pgbench is not installed; Debian has it in postgresql-contrib");
  const call = promisify(execFile);
  const { stdout: version } = await call(program, ["--version"]);
  return {
    version: version.trim(),
    async fill(url, scale) {
      await call(program, ["-i", "-q", "-s", String(scale), url]);
    },
    async run(url, { clients, seconds, script }) {
      const variables = Object.entries(script?.variables ?? {}).flatMap(([name, value]) => [
        "-D",
        `${name}=${value}`,
      ]);
      const what = script === undefined ? ["-b", "tpcb-like"] : ["-f", script.file, ...variables];
      const { stdout } = await call(program, [
        ...["-n", "-c", String(clients), "-j", "2", "-T", String(seconds)],
        ...what,
        url,
      ]);
      const found = /tps = ([\d.]+)/.exec(stdout)?.[1];
      const failed = /number of failed transactions: (\d+)/.exec(stdout)?.[1] ?? "0";
      if (found === undefined || failed !== "0") throw new Error(`pgbench did not do its work:\n${stdout}`);
      return Number(found);
    },
  };
}
