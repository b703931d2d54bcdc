import type { Database } from "../../database/port.ts";
import { type Claimed, openBook } from "../generations/book.ts";

/** Whose generation it is, and its key: whoever comes after asks for the same. */
export const embeddedAsked = { user: "ada", key: "once" } as const;

/** Makes the calls of a worker that is about to send its request. Its lease has run out when somebody else comes. */
export async function liveToIntent(database: Database): Promise<void> {
  await database.migrate?.([]);
  const book = openBook({ database });
  await book.call("grant", { p_wallet_id: embeddedAsked.user, p_amount: 100, p_idempotency_key: "start" });
  await book.start(embeddedAsked);
  await book.intent((await book.claim(1)) as Claimed);
}
