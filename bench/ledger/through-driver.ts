import { randomUUID } from "node:crypto";
import type { Database } from "../../packages/core/src/database/port.ts";

/** Movements a second of `hold-and-capture.sql`, made by our own driver in this process. */
export async function throughDriver(
  database: Database,
  load: { readonly clients: number; readonly seconds: number; readonly wallets: number },
): Promise<number> {
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
