import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type PostgresServer, startPostgres } from "../testing/embedded/postgres-server.ts";
import { createTestDatabase, type TestDatabase } from "../testing/embedded/test-database.ts";
import { compareSeeds } from "../testing/ledger/compare.ts";
import { type Player, pglitePlayer, postgresPlayer, setUpPlay } from "../testing/ledger/play.ts";

/** `LEDGER_SEED=7 pnpm vitest run ledger-model` plays one sequence again. */
const replayed = process.env.LEDGER_SEED;
const first = replayed === undefined ? Date.now() % 1_000_000_000 : Number(replayed);
/** The rules are in SQL that is the same everywhere: what else runs it shows in fewer. `pnpm soak ledger` plays them all. */
const counts: Readonly<Record<string, number>> = { "Postgres 18": 500, "Postgres 15": 100, PGlite: 100 };

/** A database and its players, on the run's server or on one of an older version. */
async function onPostgres(version: 15 | 18): Promise<{ players: Player[]; close(): Promise<void> }> {
  const server: PostgresServer | undefined =
    version === 18 ? undefined : await startPostgres({}, version, "memory");
  // A database for each player: sequences use the same names, and would wait for one another.
  const tests = await Promise.all([1, 2].map(() => createTestDatabase(server ? { server: server.url } : {})));
  const players = await Promise.all(tests.map(playerOf));
  const [{ version: found = 0 } = {}] =
    (await tests[0]?.query<{ version: number }>(
      "select current_setting('server_version_num')::int / 10000 as version",
    )) ?? [];
  expect(found).toBe(version);
  return {
    players,
    async close() {
      await Promise.all(players.map((player) => player.close()));
      await Promise.all(tests.map((test) => test.close()));
      await server?.stop();
    },
  };
}

async function playerOf(test: TestDatabase): Promise<Player> {
  await setUpPlay((sql) => test.query(sql));
  return await postgresPlayer(test.url);
}

const databases: Record<string, () => Promise<{ players: Player[]; close(): Promise<void> }>> = {
  "Postgres 18": () => onPostgres(18),
  "Postgres 15": () => onPostgres(15),
  PGlite: async () => {
    const player = await pglitePlayer();
    return { players: [player], close: () => player.close() };
  },
};

describe.each(Object.entries(databases))("the ledger on %s", (name, open) => {
  const length = replayed === undefined ? (counts[name] ?? 0) : 1;
  const seeds = Array.from({ length }, (_, index) => first + index);
  let opened: Awaited<ReturnType<typeof open>>;
  beforeAll(async () => {
    opened = await open();
  }, 120_000);
  afterAll(() => opened?.close());

  it(`agrees with the model, in ${seeds.length} sequences from seed ${first}`, {
    timeout: 600_000,
  }, async () => {
    const { played, difference } = await compareSeeds(opened.players, seeds);
    expect(
      difference,
      `LEDGER_SEED=${difference?.seed} pnpm vitest run ledger-model -t "${name}"`,
    ).toBeUndefined();
    expect(played).toBe(seeds.length);
  });
});
