import type { State } from "./state.ts";

/** What the customers of one vendor have left, for vendors that answer at once and keep no jobs to add up. */
export interface Accounts {
  /** Credits left. */
  balance(owner: string): number;
  /** Takes credits off. */
  spend(owner: string, credits: number): void;
}

interface Account {
  readonly spent: number;
}

const startingCredits = 1_000_000;

/** Opens the accounts of a vendor; every key begins with a million credits. */
export function createAccounts(state: State, vendor: string): Accounts {
  const accounts = state.collection<Account>(`${vendor}.accounts`);
  const spentBy = (owner: string) => accounts.get(owner)?.spent ?? 0;
  // In millionths: half credits must not drift.
  const exact = (value: number) => Math.round(value * 1e6) / 1e6;
  return {
    balance: (owner) => exact(startingCredits - spentBy(owner)),
    spend: (owner, credits) => accounts.set(owner, { spent: exact(spentBy(owner) + credits) }),
  };
}
