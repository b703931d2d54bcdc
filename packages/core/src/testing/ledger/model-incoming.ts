import type { JsonValue } from "../../shared/json.ts";
import type { Command } from "./command.ts";
import { checkedKey, insist, whole } from "./model-arguments.ts";
import type { ModelBooks } from "./model-books.ts";
import { takeFrom } from "./model-holds.ts";
import { type ModelLot, Refusal } from "./model-wallet.ts";

type Of<Name extends Command["do"]> = Extract<Command, { do: Name }>;

/** Adds a lot. */
export function grant(books: ModelBooks, c: Of<"grant">): JsonValue {
  const amount = whole(c.amount);
  checkedKey(c.key);
  insist(c.expiresInMs !== 0);
  const request = [amount, c.priority, c.expiresInMs];
  let seq = books.peek(c.wallet).known("grant", c.key, request);
  if (seq === undefined) {
    const expiresAt = c.expiresInMs === null ? null : books.now + c.expiresInMs;
    seq = books.addLot(c.wallet, "grant", amount, { source: "operator", priority: c.priority, expiresAt });
    books.wallet(c.wallet).remember("grant", c.key, request, seq);
  }
  return books.granted(books.wallet(c.wallet), seq);
}

/** An operator's correction: up as a lot, down out of the lots. */
export function adjust(books: ModelBooks, c: Of<"adjust">): JsonValue {
  const sign = Number(c.amount) < 0 ? -1 : 1;
  const amount = whole(c.amount === null ? null : Math.abs(Number(c.amount))) * sign;
  checkedKey(c.key);
  insist(c.reason.trim() !== "");
  const request = [amount, c.reason];
  const wallet = books.peek(c.wallet);
  let seq = wallet.known("adjustment", c.key, request);
  if (seq === undefined && amount > 0) {
    seq = books.addLot(c.wallet, "adjustment", amount, {
      source: "adjustment",
      priority: 100,
      expiresAt: null,
    });
  } else if (seq === undefined) {
    const available = wallet.available(books.now);
    if (available < -amount) throw new Refusal("insufficient_credits", { required: -amount, available });
    seq = wallet.entries.length + 1;
    for (const [lot, take] of takeFrom(wallet, -amount, books.now)) {
      lot.remaining -= take;
      wallet.post("adjustment", -take, books.now);
    }
  }
  books.wallet(c.wallet).remember("adjustment", c.key, request, seq);
  return { seq, amount };
}

/** A visit: the welcome credits, and the allowances of this day and month. */
export function welcome(books: ModelBooks, c: Of<"welcome">): JsonValue {
  const amount = whole(c.amount, 0);
  const wallet = books.wallet(c.wallet);
  let granted = false;
  const once = (key: string, credits: number, lot: Pick<ModelLot, "source" | "priority" | "expiresAt">) => {
    if (credits === 0 || wallet.known("grant", key, null) !== undefined) return;
    wallet.remember("grant", key, null, books.addLot(c.wallet, "grant", credits, lot));
    granted = true;
  };
  once("sign_up", amount, { source: "sign_up", priority: 100, expiresAt: null });
  for (const period of ["day", "month"] as const) {
    const [from, expiresAt] = bounds(period, books.now);
    const credits = books.allowances.get(`${wallet.tier} ${period}`) ?? 0;
    once(`${period} ${from}`, credits, { source: `${period}_allowance`, priority: 50, expiresAt });
  }
  return { granted };
}

/** A purchase pays out once. */
export function paymentEvent(books: ModelBooks, c: Of<"payment_event">): JsonValue {
  const amount = whole(c.amount);
  insist(!c.provider.includes(":"));
  const purchase = `${c.provider} ${c.purchase}`;
  const event = `${c.provider} ${c.event}`;
  const request = [amount, c.expiresInMs];
  if ((books.purchases.get(purchase) ?? c.wallet) !== c.wallet) throw new Refusal("idempotency_key_reused");
  let seq = books.peek(c.wallet).known("grant", `purchase ${purchase}`, request);
  if ((books.events.get(event) ?? purchase) !== purchase) {
    // An amount that no wallet can hold is refused before the event is looked at.
    if (seq === undefined && books.isTooMuch(c.wallet, amount)) throw new Refusal("invalid_amount");
    throw new Refusal("idempotency_key_reused");
  }
  if (seq === undefined) {
    const expiresAt = c.expiresInMs === null ? null : books.now + c.expiresInMs;
    seq = books.addLot(c.wallet, "grant", amount, { source: "purchase", priority: 200, expiresAt });
    books.wallet(c.wallet).remember("grant", `purchase ${purchase}`, request, seq);
  }
  books.purchases.set(purchase, c.wallet);
  books.events.set(event, purchase);
  return books.granted(books.wallet(c.wallet), seq);
}

function bounds(period: "day" | "month", now: number): [number, number] {
  const date = new Date(now);
  const [year, month, day] = [date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate()];
  return period === "day"
    ? [Date.UTC(year, month, day), Date.UTC(year, month, day + 1)]
    : [Date.UTC(year, month, 1), Date.UTC(year, month + 1, 1)];
}
