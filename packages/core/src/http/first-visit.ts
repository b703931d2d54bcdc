import type { Database } from "../database/port.ts";

const rememberedMax = 10_000;

/**
 * Makes the function that welcomes a wallet: its row and its sign-up credits exist after it.
 *
 * Remembers whom this process has welcomed, so that it costs one query per wallet and not one per request. What is
 * granted, and that it is granted once, is decided in SQL: forgetting somebody is harmless.
 */
export function createFirstVisit(
  database: Database,
  signUpCredits: number,
): (walletId: string) => Promise<void> {
  const welcomed = new Map<string, Promise<unknown>>();
  return async (walletId) => {
    const known = welcomed.get(walletId);
    const welcome =
      known ?? database.call("genbff_welcome", { p_wallet_id: walletId, p_amount: signUpCredits });
    // Put at the end again: the one who was away longest is forgotten first.
    welcomed.delete(walletId);
    welcomed.set(walletId, welcome);
    const [oldest] = welcomed.keys();
    if (welcomed.size > rememberedMax && oldest !== undefined) welcomed.delete(oldest);
    try {
      await welcome;
    } catch (error) {
      welcomed.delete(walletId);
      throw error;
    }
  };
}
