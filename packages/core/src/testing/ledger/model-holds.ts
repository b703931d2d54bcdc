import type { JsonValue } from "../../shared/json.ts";
import type { Command } from "./command.ts";
import { checkedKey, insist, whole } from "./model-arguments.ts";
import type { ModelBooks } from "./model-books.ts";
import { type ModelHold, type ModelLot, type ModelWallet, Refusal } from "./model-wallet.ts";

type Of<Name extends Command["do"]> = Extract<Command, { do: Name }>;

/** Sets credits aside. */
export function hold(books: ModelBooks, c: Of<"hold">): JsonValue {
  const amount = whole(c.amount);
  checkedKey(c.key);
  insist(c.reference !== "");
  const wallet = books.peek(c.wallet);
  const known = wallet.holds.get(c.key);
  if (known !== undefined) {
    if (known.amount !== amount || known.reference !== c.reference || known.expiresInMs !== c.expiresInMs)
      throw new Refusal("idempotency_key_reused");
    return answer(known);
  }
  const available = wallet.available(books.now);
  if (available < amount) throw new Refusal("insufficient_credits", { required: amount, available });
  const hold: ModelHold = {
    wallet: c.wallet,
    key: c.key,
    amount,
    reference: c.reference,
    expiresInMs: c.expiresInMs,
    createdAt: books.now,
    parts: [],
    state: "open",
    captured: null,
    settledAt: null,
  };
  for (const [lot, take] of takeFrom(wallet, amount, books.now)) {
    lot.held += take;
    hold.parts.push({ lot, amount: take, captured: 0, refunded: 0 });
  }
  wallet.holds.set(c.key, hold);
  return answer(hold);
}

function holdOf(books: ModelBooks, name: string): ModelHold {
  const [wallet = "", key = ""] = name.split("/");
  const hold = books.wallets.get(wallet)?.holds.get(key);
  if (hold === undefined) throw new Refusal("not_found");
  return hold;
}

/** Pays a hold, in part or whole. */
export function capture(books: ModelBooks, c: Of<"capture">): JsonValue {
  const hold = holdOf(books, c.hold);
  if (c.full && c.amount !== null) throw new Refusal("invalid_amount");
  return settle(books, hold, "captured", c.full ? hold.amount : whole(c.amount, 0));
}

/** Gives a hold back whole. */
export function release(books: ModelBooks, c: Of<"release">): JsonValue {
  return settle(books, holdOf(books, c.hold), "released", 0);
}

function settle(books: ModelBooks, hold: ModelHold, outcome: ModelHold["state"], amount: number): JsonValue {
  const captured = outcome === "captured" ? amount : null;
  if (hold.state !== "open") {
    if (hold.state === outcome && hold.captured === captured) return answer(hold);
    throw new Refusal("hold_already_settled", { state: hold.state, captured: hold.captured ?? 0 });
  }
  if (amount > hold.amount) throw new Refusal("capture_exceeds_hold", { held: hold.amount });
  const wallet = books.wallet(hold.wallet);
  Object.assign(hold, { state: outcome, captured, settledAt: books.now });
  if (amount > 0) wallet.post("capture", -amount, books.now);
  let left = amount;
  for (const part of hold.parts) {
    part.captured = Math.min(left, part.amount);
    left -= part.captured;
    part.lot.remaining -= part.captured;
    part.lot.held -= part.amount;
    wallet.expire(part.lot, books.now);
  }
  return answer(hold);
}

/** Gives back what a hold has paid. */
export function refund(books: ModelBooks, c: Of<"refund">): JsonValue {
  const amount = whole(c.amount);
  checkedKey(c.key);
  const hold = holdOf(books, c.hold);
  const wallet = books.wallet(hold.wallet);
  const request = [c.hold, amount, c.reason];
  let seq = wallet.known("refund", c.key, request);
  if (seq === undefined) {
    const refundable = hold.parts.reduce((sum, part) => sum + part.captured - part.refunded, 0);
    if (amount > refundable) throw new Refusal("refund_exceeds_capture", { refundable });
    wallet.post("refund", amount, books.now);
    seq = wallet.entries.length;
    wallet.remember("refund", c.key, request, seq);
    let left = amount;
    for (const part of hold.parts.toReversed()) {
      const back = Math.min(left, part.captured - part.refunded);
      if (back === 0) continue;
      left -= back;
      part.refunded += back;
      part.lot.remaining += back;
      wallet.expire(part.lot, books.now);
    }
  }
  return books.granted(wallet, seq);
}

/** Ends what is past its time: holds, then lots. */
export function expireDue(books: ModelBooks): JsonValue {
  const result = { holds: 0, lots: 0 };
  for (const wallet of books.wallets.values()) {
    for (const hold of wallet.holds.values()) {
      if (hold.state !== "open" || hold.createdAt + hold.expiresInMs > books.now) continue;
      settle(books, hold, "expired", 0);
      result.holds += 1;
    }
    for (const lot of wallet.lots) if (wallet.expire(lot, books.now)) result.lots += 1;
  }
  return result;
}

/** The lots that an amount burns, and how much of each. */
export function* takeFrom(wallet: ModelWallet, amount: number, now: number): Generator<[ModelLot, number]> {
  let left = amount;
  for (const lot of wallet.freeLots(now)) {
    const take = Math.min(left, lot.remaining - lot.held);
    left -= take;
    yield [lot, take];
    if (left === 0) return;
  }
}

function answer(hold: ModelHold): JsonValue {
  return { key: hold.key, amount: hold.amount, state: hold.state, captured: hold.captured };
}
