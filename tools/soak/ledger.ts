// `pnpm soak ledger [--minutes 10] [--seed 1]`: random sequences against the model, on Postgres 18 and 15 and on PGlite,
// until the time is over. The first difference ends it, with the seed that plays it again.
import { parseArgs } from "node:util";
import { Client } from "pg";
import { postgres } from "../../packages/core/src/database/postgres.ts";
import { startPostgres } from "../../packages/core/src/testing/embedded/postgres-server.ts";
import { compareSeeds, sequenceLength } from "../../packages/core/src/testing/ledger/compare.ts";
import { pglitePlayer, postgresPlayer, setUpPlay } from "../../packages/core/src/testing/ledger/play.ts";

const { values } = parseArgs({
  args: process.argv.slice(2).filter((argument) => argument !== "--"),
  options: { minutes: { type: "string", default: "10" }, seed: { type: "string" } },
});
const ends = performance.now() + Number(values.minutes) * 60_000;
const first = values.seed === undefined ? Date.now() % 1_000_000_000 : Number(values.seed);

function* seeds(): Generator<number> {
  for (let seed = first; performance.now() < ends; seed += 1) yield seed;
}

const servers = await Promise.all([startPostgres({}, 18), startPostgres({}, 15)]);
const players = await Promise.all([
  ...servers.map(async ({ url }) => {
    const database = postgres(url);
    await database.migrate?.([]);
    await database.close();
    const client = new Client(url);
    await client.connect();
    await setUpPlay((sql) => client.query(sql));
    await client.end();
    return postgresPlayer(url);
  }),
  pglitePlayer(),
]);
console.log(`From seed ${first}, for ${values.minutes} minutes`);
const results = await Promise.all(players.map((player) => compareSeeds([player], seeds())));
for (const [index, name] of ["Postgres 18", "Postgres 15", "PGlite"].entries()) {
  const { played = 0, difference } = results[index] ?? {};
  console.log(
    `${name}: ${played} sequences of ${sequenceLength} commands, ${difference ? 1 : 0} differences`,
  );
  if (difference === undefined) continue;
  console.log(`LEDGER_SEED=${difference.seed} pnpm vitest run ledger-model -t "${name}"`, difference);
  process.exitCode = 1;
}
await Promise.all(players.map((player) => player.close()));
await Promise.all(servers.map((server) => server.stop()));
