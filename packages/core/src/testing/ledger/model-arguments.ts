import type { Amount } from "./command.ts";
import { Refusal } from "./model-wallet.ts";

// What the ledger asks of its callers before it looks at anything.

/** A whole number of credits. */
export function whole(amount: Amount, least = 1): number {
  const value = amount === null ? Number.NaN : Number(amount);
  if (!Number.isSafeInteger(value) || value < least) throw new Refusal("invalid_amount");
  return value;
}

/** A key that a caller may use. */
export function checkedKey(key: string): void {
  if (key === "" || key.length > 255 || key.includes("\n")) throw new Refusal("invalid_idempotency_key");
}

/** For what is right or wrong by its form. */
export function insist(truth: boolean): void {
  if (!truth) throw new Refusal("validation_failed");
}
