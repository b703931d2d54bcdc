import type { Grant, Hold } from "./ledger-types.ts";

/** As SQL answers it. */
export interface GrantRow {
  transaction_id: number;
  grant_id: number;
  amount: number;
  balance_after: number;
}

/** As SQL answers it. */
export interface EntryRow {
  id: number;
  seq: number;
  amount: number;
  balance_after: number;
}

/** As SQL answers it. */
export interface BalanceRow {
  available: number;
  held: number;
  posted: number;
  lifetime_granted: number;
  lifetime_spent: number;
  subscription_tier: string;
}

/** As SQL answers it. */
export interface HoldRow {
  id: string;
  wallet_id: string;
  amount: number;
  state: Hold["state"];
  captured: number | null;
  external_reference: string;
  expires_at: string;
}

/** As callers get it. */
export function toGrant(row: GrantRow): Grant {
  return {
    transactionId: row.transaction_id,
    grantId: row.grant_id,
    amount: row.amount,
    balanceAfter: row.balance_after,
  };
}

/** As callers get it. */
export function toHold(row: HoldRow): Hold {
  return {
    id: row.id,
    walletId: row.wallet_id,
    amount: row.amount,
    state: row.state,
    captured: row.captured,
    externalReference: row.external_reference,
    expiresAt: new Date(row.expires_at),
  };
}
