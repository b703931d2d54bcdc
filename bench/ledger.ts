// `pnpm bench ledger [--seconds 5] [--rounds 5] [--entries 1000000]`: what the ledger does in a second, beside what the
// same server does of the TPC-B-like transaction that every Postgres is measured by. fsync is on. Prints ratios, which
// travel between machines; the figures themselves do not. See README.md beside this file.
import { cpus } from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { Client } from "pg";
import { postgres } from "../packages/core/src/database/postgres.ts";
import { durable, startPostgres } from "../packages/core/src/testing/embedded/postgres-server.ts";
import { installedPgbench } from "./ledger/pgbench.ts";
import { inTurns, median, ratioOf } from "./ledger/rounds.ts";
import { throughDriver } from "./ledger/through-driver.ts";
import { makePast, makeWallets } from "./ledger/wallets.ts";

const { values } = parseArgs({
  args: process.argv.slice(2).filter((argument) => argument !== "--"),
  options: {
    seconds: { type: "string", default: "5" },
    rounds: { type: "string", default: "5" },
    entries: { type: "string", default: "1000000" },
    scale: { type: "string", default: "50" },
  },
});
const seconds = Number(values.seconds);
const entries = Number(values.entries);
const clients = 16;
const wallets = 10_000;
const file = fileURLToPath(new URL("./ledger/hold-and-capture.sql", import.meta.url));

const pgbench = await installedPgbench();
const server = await startPostgres({ ...durable, max_wal_size: "2GB" });
const urlOf = (name: string) => server.url.replace(/[^/]*$/, name);

/** Runs the work as superuser in that database. */
async function asAdmin<T>(name: string, work: (admin: Client) => Promise<T>): Promise<T> {
  const admin = new Client(urlOf(name));
  await admin.connect();
  try {
    return await work(admin);
  } finally {
    await admin.end();
  }
}

/** A ledger in a database of its own, with the entries that it begins with. */
async function makeLedger(name: string, past: number): Promise<void> {
  await asAdmin("postgres", (admin) => admin.query(`create database ${name}`));
  const database = postgres(urlOf(name));
  await database.migrate?.([]);
  await database.close();
  await asAdmin(name, async (admin) => {
    await makeWallets(admin, wallets);
    await makePast(admin, wallets, past);
    await admin.query("vacuum analyze");
  });
}

async function violations(name: string): Promise<number> {
  return asAdmin(name, async (admin) => {
    const { rows } = await admin.query("select count(*)::int as found from public.genbff_verify()");
    return rows[0]?.found;
  });
}

const movements = (name: string, count: number) => async () =>
  2 * (await pgbench.run(urlOf(name), { clients, seconds, script: { file, variables: { wallets: count } } }));

try {
  await pgbench.fill(server.url, Number(values.scale));
  for (const [name, past] of [
    ["many", 0],
    ["hot", 0],
    ["aged", entries],
  ] as const)
    await makeLedger(name, past);
  console.log(
    `${cpus()[0]?.model.trim()} × ${cpus().length}; ${await asAdmin("postgres", async (admin) => {
      const { rows } = await admin.query<{ version: string }>(
        "select split_part(version(), ' on ', 1) as version",
      );
      return rows[0]?.version;
    })}; ${pgbench.version}; ${clients} clients; ${values.rounds} rounds of ${seconds} s; ${entries} entries, of which ${await violations("aged")} break a rule`,
  );
  await asAdmin("postgres", (admin) => admin.query("checkpoint"));

  const driver = postgres({ connectionString: urlOf("many"), max: clients });
  const figures = await inTurns(
    {
      tpcB: () => pgbench.run(server.url, { clients, seconds }),
      many: movements("many", wallets),
      aged: movements("aged", wallets),
      hot: movements("hot", 1),
      driver: () => throughDriver(driver, { clients, seconds, wallets }),
    },
    Number(values.rounds),
  );
  await driver.close();

  const told = (list: readonly number[]) =>
    `${Math.round(median(list))}/s (${list.map(Math.round).join(" ")})`;
  const report = (what: string, list: readonly number[], of: readonly number[], target: number) => {
    const ratio = ratioOf(list, of);
    console.log(
      `${what}: ${told(list)}, ${ratio.toFixed(2)} × (target ${target}) ${ratio >= target ? "met" : "MISSED"}`,
    );
  };
  console.log(`pgbench -s ${values.scale} -c ${clients}, TPC-B-like: ${told(figures.tpcB)}`);
  report("10,000 wallets", figures.many, figures.tpcB, 0.8);
  report("one hot wallet", figures.hot, figures.tpcB, 0.25);
  report(`10,000 wallets and ${entries} entries, beside 10,000 wallets`, figures.aged, figures.many, 0.9);
  console.log(
    `10,000 wallets from Node, on the processors that the server needs: ${told(figures.driver)}, ${ratioOf(figures.driver, figures.tpcB).toFixed(2)} ×`,
  );
  for (const name of ["many", "hot", "aged"]) console.log(`violations in ${name}: ${await violations(name)}`);
} finally {
  await server.stop();
}
