import { randomUUID } from "node:crypto";
import type { Client } from "pg";
import type { Database } from "../../packages/core/src/database/port.ts";

/** How hard to press. */
export interface Load {
  readonly clients: number;
  readonly seconds: number;
  readonly wallets: number;
}

/** Wallets `w1` to `w<count>` with a lot that no run empties. */
export async function makeWallets(admin: Client, count: number): Promise<void> {
  await admin.query(
    "select count(public.genbff_grant('w' || i, 1000000000, 'bench')) from generate_series(1, $1::int) i",
    [count],
  );
  await admin.query("vacuum analyze");
}

/** Movements a second: a hold is one, its capture another. */
export async function holdAndCapture(database: Database, load: Load): Promise<number> {
  const ends = performance.now() + load.seconds * 1000;
  let movements = 0;
  const client = async () => {
    while (performance.now() < ends) {
      const hold = (await database.call("genbff_hold", {
        p_wallet_id: `w${1 + Math.floor(Math.random() * load.wallets)}`,
        p_amount: 3,
        p_idempotency_key: randomUUID(),
        p_external_reference: "bench",
        p_expires_in_ms: 600_000,
      })) as { id: string };
      await database.call("genbff_capture", { p_hold_id: hold.id, p_amount: 2 });
      movements += 2;
    }
  };
  await Promise.all(Array.from({ length: load.clients }, client));
  return movements / load.seconds;
}

/** More entries for the wallets, as if they had lived: made by the ledger's own functions, and then vacuumed as a server would. */
export async function fillEntries(admin: Client, count: number): Promise<void> {
  await admin.query("set synchronous_commit = off");
  const { rows } = await admin.query<{ have: number }>(
    "select count(*)::int as have from genbff.transactions",
  );
  for (let have = rows[0]?.have ?? 0; have < count; have += 20_000)
    await admin.query(
      `select count(public.genbff_capture((public.genbff_hold('w' || (1 + i % 10000), 3, gen_random_uuid()::text, 'bench', 600000) ->> 'id')::uuid, 2))
         from generate_series(1, 20000) i`,
    );
  await admin.query("vacuum analyze");
  await admin.query("checkpoint");
}
