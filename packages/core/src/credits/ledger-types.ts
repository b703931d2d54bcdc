import type { JsonObject } from "../shared/json.ts";

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

/** Said of a movement whose caller named its key. */
export interface Repeatable {
  /** The key had made it before: this call has moved nothing. */
  readonly replayed: boolean;
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

/** One line of a wallet's history. */
export interface LedgerMovement {
  /** Unique in the wallet. */
  readonly id: string;
  readonly kind: "grant" | "hold" | "capture" | "release" | "refund" | "expiry" | "adjustment";
  /** Whole credits, never negative; the kind says which way, but for an adjustment: there `balanceAfter` does. */
  readonly amount: number;
  /** `null` for holds and releases: they move nothing. */
  readonly balanceAfter: number | null;
  readonly reason: string | null;
  /** What was made for it, where it was a generation that is still in the books. */
  readonly generationId: string | null;
  readonly taskId: string | null;
  readonly operation: string | null;
  readonly createdAt: Date;
}

/** Some of a wallet's movements, newest first. */
export interface MovementPage {
  readonly movements: readonly LedgerMovement[];
  /** For the page after this one; `null` on the last. */
  readonly nextCursor: string | null;
}

/** A promise of the ledger that does not hold. */
export interface LedgerViolation {
  /** Its number in the list of promises and a few words, e.g. `L1 balance is the sum of entries`. */
  readonly invariant: string;
  /** `null` where it is about all wallets together. */
  readonly walletId: string | null;
  readonly detail: JsonObject;
}
