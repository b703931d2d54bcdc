import type { Database } from "../database/port.ts";
import type { Clock } from "../shared/clock.ts";

const rememberedMax = 10_000;
/** An allowance is granted this late at most, where this machine's midnight is not the database's. */
const rememberedMs = 10 * 60_000;
const dayMs = 24 * 3_600_000;

interface Visit {
  readonly at: number;
  readonly welcome: Promise<unknown>;
}

/**
 * Makes the function that welcomes a wallet: its row, its sign-up credits and the allowances of this day exist after it.
 *
 * Remembers whom this process has just welcomed, so that it costs a query per wallet and ten minutes, and not one per
 * request. What is granted, and that it is granted once, is decided in SQL: forgetting somebody is harmless.
 */
export function createFirstVisit(
  database: Database,
  signUpCredits: number,
  clock: Pick<Clock, "now">,
): (walletId: string) => Promise<void> {
  const visits = new Map<string, Visit>();
  return async (walletId) => {
    const now = clock.now();
    const known = visits.get(walletId);
    const visit =
      known !== undefined && isSameVisit(known.at, now)
        ? known
        : {
            at: now,
            welcome: database.call("genbff_welcome", { p_wallet_id: walletId, p_amount: signUpCredits }),
          };
    // Put at the end again: the one who was away longest is forgotten first.
    visits.delete(walletId);
    visits.set(walletId, visit);
    const [oldest] = visits.keys();
    if (visits.size > rememberedMax && oldest !== undefined) visits.delete(oldest);
    try {
      await visit.welcome;
    } catch (error) {
      visits.delete(walletId);
      throw error;
    }
  };
}

/** Of one day, as UTC counts them, and not long ago. */
function isSameVisit(before: number, now: number): boolean {
  const isRecent = now >= before && now - before < rememberedMs;
  return isRecent && Math.floor(before / dayMs) === Math.floor(now / dayMs);
}
