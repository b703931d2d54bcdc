import { isDeepStrictEqual } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startPostgres } from "../testing/embedded/postgres-server.ts";
import { createTestDatabase } from "../testing/embedded/test-database.ts";
import {
  cutIntoBatches,
  cutIntoPieces,
  deliveredAgain,
  type Relation,
  shuffledWallets,
} from "../testing/ledger/metamorphic.ts";
import { type Player, pglitePlayer, postgresPlayer, setUpPlay } from "../testing/ledger/play.ts";

// V3 of `reliability-spec.md` 6. `METAMORPHIC=5000` plays more programs, `METAMORPHIC_SEED=7` one of them again.

const count = Number(process.env.METAMORPHIC ?? 16);
const only = process.env.METAMORPHIC_SEED;
const first = only === undefined ? Date.now() % 1_000_000_000 : Number(only);
const seeds = (share: number) =>
  Array.from({ length: only === undefined ? Math.ceil(count * share) : 1 }, (_, index) => first + index);

const relations: Record<string, Relation> = {
  "a period cut into pieces": cutIntoPieces,
  "sweeps cut into batches": cutIntoBatches,
  "prefixes delivered again": deliveredAgain,
  "commands of different wallets in another order": shuffledWallets,
};

interface Opened {
  readonly player: Player;
  close(): Promise<void>;
}

async function onPostgres(version: 15 | 18): Promise<Opened> {
  const server = version === 18 ? undefined : await startPostgres({}, version, "memory");
  const test = await createTestDatabase(server ? { server: server.url } : {});
  await setUpPlay((sql) => test.query(sql));
  const player = await postgresPlayer(test.url);
  return {
    player,
    async close() {
      await player.close();
      await test.close();
      await server?.stop();
    },
  };
}

const databases: [string, number, () => Promise<Opened>][] = [
  ["Postgres 18", 1, () => onPostgres(18)],
  ["Postgres 15", 0.3, () => onPostgres(15)],
  [
    "PGlite",
    0.2,
    async () => {
      const player = await pglitePlayer();
      return { player, close: () => player.close() };
    },
  ],
];

describe.each(databases)("the ledger on %s", (database, share, open) => {
  let opened: Opened;
  beforeAll(async () => {
    opened = await open();
  }, 120_000);
  afterAll(() => opened?.close());

  it.each(Object.entries(relations))(
    `comes to the same with %s, from seed ${first}`,
    {
      timeout: 3_600_000,
    },
    async (name, relation) => {
      for (const seed of seeds(share)) {
        const { expected, found, violations } = await relation(opened.player, seed);
        const again = `METAMORPHIC_SEED=${seed} pnpm vitest run ledger-metamorphic -t "${database}.*${name}"`;
        expect(found, again).toEqual(expected);
        expect(violations, again).toEqual([]);
      }
    },
  );
});

// The relations themselves: each must notice a defect of the kind that it is there for.
const defects: [string, Relation, string, string, string][] = [
  [
    "a lot that is spent after its end",
    cutIntoPieces,
    "genbff.free_lots",
    "(expires_at is null or expires_at > p_now)",
    "true",
  ],
  [
    "a sweep that leaves a wallet out when its batch is small",
    cutIntoBatches,
    "public.genbff_expire_due",
    "perform genbff.lock_wallet(v_wallet_id);",
    "exit when v_count = 1 and v_wallet_id = 'b'; perform genbff.lock_wallet(v_wallet_id);",
  ],
  [
    "a key that is not looked up",
    deliveredAgain,
    "genbff.known_entry",
    "idempotency_key = p_key;",
    "idempotency_key = p_key and false;",
  ],
  [
    "credits that are counted over all wallets",
    shuffledWallets,
    "genbff.expired_credits",
    "wallet_id = p_wallet_id and",
    "",
  ],
];

it.each(defects)("notices %s", { timeout: 600_000 }, async (_, relation, name, text, wrong) => {
  const test = await createTestDatabase();
  const [{ sql = "" } = {}] = await test.query<{ sql: string }>(
    "select pg_get_functiondef($1::regproc) as sql",
    [name],
  );
  expect(sql).toContain(text);
  await test.query(sql.replace(text, wrong));
  await setUpPlay((play) => test.query(play));
  const player = await postgresPlayer(test.url);
  let noticed = false;
  for (let seed = 1; seed <= 100 && !noticed; seed++) {
    const { expected, found } = await relation(player, seed);
    noticed = !isDeepStrictEqual(expected, found);
  }
  expect(noticed).toBe(true);
  await player.close();
  await test.close();
});
