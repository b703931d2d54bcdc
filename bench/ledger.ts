// `pnpm bench ledger [--seconds 10] [--entries 1000000]`: what the ledger does in a second, beside what the same server
// does of the TPC-B-like transaction that every Postgres is measured by. fsync is on. Prints ratios, which travel
// between machines; the figures themselves do not.
import { parseArgs } from "node:util";
import { Client } from "pg";
import { postgres } from "../packages/core/src/database/postgres.ts";
import { startPostgres } from "../packages/core/src/testing/embedded/postgres-server.ts";
import { fillEntries, holdAndCapture, makeWallets } from "./ledger/movements.ts";
import { tpcB } from "./ledger/tpc-b.ts";

const { values } = parseArgs({
  args: process.argv.slice(2).filter((argument) => argument !== "--"),
  options: {
    seconds: { type: "string", default: "10" },
    entries: { type: "string", default: "1000000" },
    scale: { type: "string", default: "50" },
  },
});
const seconds = Number(values.seconds);
const clients = 16;

const server = await startPostgres({
  fsync: "on",
  full_page_writes: "on",
  synchronous_commit: "on",
  autovacuum: "on",
  shared_buffers: "256MB",
  max_wal_size: "2GB",
});
const database = postgres({ connectionString: server.url, max: clients });
const admin = new Client(server.url);
try {
  await admin.connect();
  await database.migrate?.([]);
  const baseline = await tpcB(server.url, { clients, seconds, scale: Number(values.scale) });
  console.log(`TPC-B-like (${baseline.by}): ${Math.round(baseline.perSecond)} transactions/s`);

  await makeWallets(admin, 10_000);
  const report = (what: string, perSecond: number, target: number, of = baseline.perSecond) => {
    const ratio = perSecond / of;
    console.log(
      `${what}: ${Math.round(perSecond)} movements/s, ${ratio.toFixed(2)} × (target ${target}) ${ratio >= target ? "met" : "MISSED"}`,
    );
  };
  const spread = () => holdAndCapture(database, { clients, seconds, wallets: 10_000 });
  await spread();
  const many = await spread();
  report("10,000 wallets", many, 0.8);
  report("one hot wallet", await holdAndCapture(database, { clients, seconds, wallets: 1 }), 0.25);
  await fillEntries(admin, Number(values.entries));
  report(`10,000 wallets with ${values.entries} entries`, await spread(), 0.9, many);
  const { rows } = await admin.query("select count(*)::int as violations from public.genbff_verify()");
  console.log(`violations: ${rows[0]?.violations}`);
} finally {
  await database.close();
  await admin.end();
  await server.stop();
}
