import { execFile } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { Pool } from "pg";

/** Transactions a second, and who measured them. */
export interface Baseline {
  readonly perSecond: number;
  readonly by: string;
}

interface Load {
  readonly clients: number;
  readonly seconds: number;
  readonly scale: number;
}

/** The transaction that `pgbench` is known for: by pgbench itself where it is installed, else the same SQL through our driver. */
export async function tpcB(url: string, load: Load): Promise<Baseline> {
  const program = installedPgbench();
  return program === undefined ? byOurselves(url, load) : byPgbench(program, url, load);
}

function installedPgbench(): string | undefined {
  const folders = existsSync("/usr/lib/postgresql")
    ? readdirSync("/usr/lib/postgresql").map((version) => join("/usr/lib/postgresql", version, "bin"))
    : [];
  return [...folders, ...(process.env.PATH ?? "").split(":")]
    .map((folder) => join(folder, "pgbench"))
    .find((path) => existsSync(path));
}

async function byPgbench(program: string, url: string, load: Load): Promise<Baseline> {
  const run = promisify(execFile);
  await run(program, ["-i", "-q", "-s", String(load.scale), url]);
  const { stdout } = await run(program, [
    "-c",
    String(load.clients),
    "-j",
    "2",
    "-T",
    String(load.seconds),
    url,
  ]);
  const found = /tps = ([\d.]+)/.exec(stdout)?.[1];
  if (found === undefined) throw new Error(`pgbench told no tps:\n${stdout}`);
  return { perSecond: Number(found), by: `pgbench -s ${load.scale} -c ${load.clients}` };
}

async function byOurselves(url: string, load: Load): Promise<Baseline> {
  const pool = new Pool({ connectionString: url, max: load.clients });
  const { scale } = load;
  await pool.query(`
    create table pgbench_branches (bid int primary key, bbalance int, filler char(88)) with (fillfactor = 100);
    create table pgbench_tellers (tid int primary key, bid int, tbalance int, filler char(84)) with (fillfactor = 100);
    create table pgbench_accounts (aid int primary key, bid int, abalance int, filler char(84)) with (fillfactor = 100);
    create table pgbench_history (tid int, bid int, aid int, delta int, mtime timestamp, filler char(22));
    insert into pgbench_branches select i, 0, '' from generate_series(1, ${scale}) i;
    insert into pgbench_tellers select i, (i - 1) / 10 + 1, 0, '' from generate_series(1, ${scale * 10}) i;
    insert into pgbench_accounts select i, (i - 1) / 100000 + 1, 0, '' from generate_series(1, ${scale * 100_000}) i;`);
  await pool.query("vacuum analyze");
  const ends = performance.now() + load.seconds * 1000;
  const upTo = (n: number) => 1 + Math.floor(Math.random() * n);
  let transactions = 0;
  const client = async () => {
    const connection = await pool.connect();
    while (performance.now() < ends) {
      const [account, teller, branch, delta] = [
        upTo(scale * 100_000),
        upTo(scale * 10),
        upTo(scale),
        upTo(5000),
      ];
      for (const statement of [
        "begin",
        `update pgbench_accounts set abalance = abalance + ${delta} where aid = ${account}`,
        `select abalance from pgbench_accounts where aid = ${account}`,
        `update pgbench_tellers set tbalance = tbalance + ${delta} where tid = ${teller}`,
        `update pgbench_branches set bbalance = bbalance + ${delta} where bid = ${branch}`,
        `insert into pgbench_history values (${teller}, ${branch}, ${account}, ${delta}, current_timestamp)`,
        "end",
      ])
        await connection.query(statement);
      transactions += 1;
    }
    connection.release();
  };
  await Promise.all(Array.from({ length: load.clients }, client));
  await pool.end();
  return { perSecond: transactions / load.seconds, by: `our own, scale ${scale}: pgbench is not installed` };
}
