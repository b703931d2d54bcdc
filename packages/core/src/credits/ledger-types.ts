/** A lot that was added, or had been added before by the same key. */
export interface Grant {
  readonly transactionId: number;
  readonly grantId: number;
  readonly amount: number;
  /** Of the wallet, right after the grant. */
  readonly balanceAfter: number;
}

/** Credits set aside for work outside the state machine. */
export interface Hold {
  readonly id: string;
  readonly walletId: string;
  readonly amount: number;
  readonly state: "open" | "captured" | "released" | "expired";
  /** What was paid; `null` unless captured. */
  readonly captured: number | null;
  readonly externalReference: string;
  readonly expiresAt: Date;
}

/** One movement. */
export interface LedgerEntry {
  readonly transactionId: number;
  /** Its number in its wallet, from 1 without gaps. */
  readonly seq: number;
  readonly amount: number;
  readonly balanceAfter: number;
}

/** What a wallet has. `available` is what can be spent; `posted` is everything in it. */
export interface Balance {
  readonly available: number;
  readonly held: number;
  readonly posted: number;
  readonly lifetimeGranted: number;
  readonly lifetimeSpent: number;
  readonly subscriptionTier: string;
}

/** What a wallet had. */
export interface PastBalance {
  readonly posted: number;
  readonly held: number;
}
