import type { JsonValue } from "../../shared/json.ts";
import type { Amount, Command, Outcome } from "./command.ts";
import { type ModelHold, type ModelLot, ModelWallet, Refusal } from "./model-wallet.ts";

type Of<Name extends Command["do"]> = Extract<Command, { do: Name }>;

const most = Number.MAX_SAFE_INTEGER;

/** The whole ledger in memory, in the plainest way that is right: what the database is compared with. */
export class LedgerModel {
  private now: number;
  private readonly wallets = new Map<string, ModelWallet>();
  private readonly lots: ModelLot[] = [];
  private readonly allowances = new Map<string, number>();
  private readonly purchases = new Map<string, string>();
  private readonly events = new Map<string, string>();

  constructor(now: number) {
    this.now = now;
  }

  /** Does one command, a millisecond after the one before. A refused one changes nothing but the time. */
  do(command: Command): Outcome {
    this.now += 1;
    try {
      return { ok: this.dispatch(command) };
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return { refused: error.code, details: error.details };
    }
  }

  /** Everything there is, in figures that the database can give as well. */
  state(): JsonValue {
    const wallets = [...this.wallets.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
    return {
      wallets: wallets.map((w) => [
        w.name,
        w.balance,
        w.held,
        w.available(this.now),
        w.entries.length,
        w.tier,
        w.granted,
        w.spent,
      ]),
      lots: this.lots.map((lot) => [lot.wallet, lot.source, lot.amount, lot.remaining, lot.held]),
      holds: wallets.flatMap((wallet) =>
        [...wallet.holds.values()]
          .sort((a, b) => (a.key < b.key ? -1 : 1))
          .map((hold) => [
            hold.wallet,
            hold.key,
            hold.state,
            hold.parts.map((part) => [part.lot.number, part.amount, part.captured, part.refunded]),
          ]),
      ),
      last: wallets.map((w) => {
        const entry = w.entries.at(-1);
        return entry === undefined ? null : [entry.kind, entry.amount, entry.balanceAfter];
      }),
      payments: [this.events.size, this.purchases.size],
    };
  }

  private dispatch(command: Command): JsonValue {
    switch (command.do) {
      case "grant":
        return this.grant(command);
      case "hold":
        return this.hold(command);
      case "capture":
        return this.capture(command);
      case "release":
        return this.settle(this.holdOf(command.hold), "released", 0);
      case "refund":
        return this.refund(command);
      case "adjust":
        return this.adjust(command);
      case "welcome":
        return this.welcome(command);
      case "set_tier":
        insist(command.tier !== "");
        this.wallet(command.wallet).tier = command.tier;
        return { subscription_tier: command.tier };
      case "set_allowance": {
        const credits = whole(command.amount, 0);
        this.allowances.set(`${command.tier} ${command.period}`, credits);
        return { credits };
      }
      case "payment_event":
        return this.paymentEvent(command);
      case "expire_due":
        return this.expireDue();
      case "balance_at":
        return this.balanceAt(command);
      case "wait":
        this.now += command.ms;
        return null;
    }
  }

  private wallet(name: string): ModelWallet {
    const wallet = this.wallets.get(name) ?? new ModelWallet(name);
    this.wallets.set(name, wallet);
    return wallet;
  }

  /** To look at before anything is decided: a refused first movement makes no wallet. */
  private peek(name: string): ModelWallet {
    return this.wallets.get(name) ?? new ModelWallet(name);
  }

  private addLot(
    name: string,
    kind: "grant" | "adjustment",
    amount: number,
    lot: Pick<ModelLot, "source" | "priority" | "expiresAt">,
  ): number {
    if (this.peek(name).granted > most - amount) throw new Refusal("invalid_amount");
    const wallet = this.wallet(name);
    const number = this.lots.length + 1;
    const made = { ...lot, number, wallet: name, amount, remaining: amount, held: 0, createdAt: this.now };
    this.lots.push(made);
    wallet.lots.push(made);
    wallet.post(kind, amount, this.now, number);
    return wallet.entries.length;
  }

  private granted(wallet: ModelWallet, seq: number): JsonValue {
    const entry = wallet.entries[seq - 1];
    if (entry === undefined) throw new Error("no such entry");
    return { seq, lot: entry.lot, amount: entry.amount, balance_after: entry.balanceAfter };
  }

  private grant(c: Of<"grant">): JsonValue {
    const amount = whole(c.amount);
    checkedKey(c.key);
    insist(c.expiresInMs !== 0);
    const request = [amount, c.priority, c.expiresInMs];
    let seq = this.peek(c.wallet).known("grant", c.key, request);
    if (seq === undefined) {
      const expiresAt = c.expiresInMs === null ? null : this.now + c.expiresInMs;
      seq = this.addLot(c.wallet, "grant", amount, { source: "operator", priority: c.priority, expiresAt });
      this.wallet(c.wallet).remember("grant", c.key, request, seq);
    }
    return this.granted(this.wallet(c.wallet), seq);
  }

  private hold(c: Of<"hold">): JsonValue {
    const amount = whole(c.amount);
    checkedKey(c.key);
    insist(c.reference !== "");
    const wallet = this.peek(c.wallet);
    const known = wallet.holds.get(c.key);
    if (known !== undefined) {
      if (known.amount !== amount || known.reference !== c.reference || known.expiresInMs !== c.expiresInMs)
        throw new Refusal("idempotency_key_reused");
      return answer(known);
    }
    const available = wallet.available(this.now);
    if (available < amount) throw new Refusal("insufficient_credits", { required: amount, available });
    const hold: ModelHold = {
      wallet: c.wallet,
      key: c.key,
      amount,
      reference: c.reference,
      expiresInMs: c.expiresInMs,
      createdAt: this.now,
      parts: [],
      state: "open",
      captured: null,
      settledAt: null,
    };
    for (const [lot, take] of takeFrom(wallet, amount, this.now)) {
      lot.held += take;
      hold.parts.push({ lot, amount: take, captured: 0, refunded: 0 });
    }
    wallet.holds.set(c.key, hold);
    return answer(hold);
  }

  private holdOf(name: string): ModelHold {
    const [wallet = "", key = ""] = name.split("/");
    const hold = this.wallets.get(wallet)?.holds.get(key);
    if (hold === undefined) throw new Refusal("not_found");
    return hold;
  }

  private capture(c: Of<"capture">): JsonValue {
    const hold = this.holdOf(c.hold);
    if (c.full && c.amount !== null) throw new Refusal("invalid_amount");
    return this.settle(hold, "captured", c.full ? hold.amount : whole(c.amount, 0));
  }

  private settle(hold: ModelHold, outcome: ModelHold["state"], amount: number): JsonValue {
    const captured = outcome === "captured" ? amount : null;
    if (hold.state !== "open") {
      if (hold.state === outcome && hold.captured === captured) return answer(hold);
      throw new Refusal("hold_already_settled", { state: hold.state, captured: hold.captured ?? 0 });
    }
    if (amount > hold.amount) throw new Refusal("capture_exceeds_hold", { held: hold.amount });
    const wallet = this.wallet(hold.wallet);
    Object.assign(hold, { state: outcome, captured, settledAt: this.now });
    if (amount > 0) wallet.post("capture", -amount, this.now);
    let left = amount;
    for (const part of hold.parts) {
      part.captured = Math.min(left, part.amount);
      left -= part.captured;
      part.lot.remaining -= part.captured;
      part.lot.held -= part.amount;
      wallet.expire(part.lot, this.now);
    }
    return answer(hold);
  }

  private refund(c: Of<"refund">): JsonValue {
    const amount = whole(c.amount);
    checkedKey(c.key);
    const hold = this.holdOf(c.hold);
    const wallet = this.wallet(hold.wallet);
    const request = [c.hold, amount, c.reason];
    let seq = wallet.known("refund", c.key, request);
    if (seq === undefined) {
      const refundable = hold.parts.reduce((sum, part) => sum + part.captured - part.refunded, 0);
      if (amount > refundable) throw new Refusal("refund_exceeds_capture", { refundable });
      wallet.post("refund", amount, this.now);
      seq = wallet.entries.length;
      wallet.remember("refund", c.key, request, seq);
      let left = amount;
      for (const part of hold.parts.toReversed()) {
        const back = Math.min(left, part.captured - part.refunded);
        if (back === 0) continue;
        left -= back;
        part.refunded += back;
        part.lot.remaining += back;
        wallet.expire(part.lot, this.now);
      }
    }
    return this.granted(wallet, seq);
  }

  private adjust(c: Of<"adjust">): JsonValue {
    const sign = Number(c.amount) < 0 ? -1 : 1;
    const amount = whole(c.amount === null ? null : Math.abs(Number(c.amount))) * sign;
    checkedKey(c.key);
    insist(c.reason.trim() !== "");
    const request = [amount, c.reason];
    const wallet = this.peek(c.wallet);
    let seq = wallet.known("adjustment", c.key, request);
    if (seq === undefined && amount > 0) {
      seq = this.addLot(c.wallet, "adjustment", amount, {
        source: "adjustment",
        priority: 100,
        expiresAt: null,
      });
    } else if (seq === undefined) {
      const available = wallet.available(this.now);
      if (available < -amount) throw new Refusal("insufficient_credits", { required: -amount, available });
      seq = wallet.entries.length + 1;
      for (const [lot, take] of takeFrom(wallet, -amount, this.now)) {
        lot.remaining -= take;
        wallet.post("adjustment", -take, this.now);
      }
    }
    this.wallet(c.wallet).remember("adjustment", c.key, request, seq);
    return { seq, amount };
  }

  private welcome(c: Of<"welcome">): JsonValue {
    const amount = whole(c.amount, 0);
    const wallet = this.wallet(c.wallet);
    let granted = false;
    const once = (key: string, credits: number, lot: Pick<ModelLot, "source" | "priority" | "expiresAt">) => {
      if (credits === 0 || wallet.known("grant", key, null) !== undefined) return;
      wallet.remember("grant", key, null, this.addLot(c.wallet, "grant", credits, lot));
      granted = true;
    };
    once("sign_up", amount, { source: "sign_up", priority: 100, expiresAt: null });
    for (const period of ["day", "month"] as const) {
      const [from, expiresAt] = bounds(period, this.now);
      const credits = this.allowances.get(`${wallet.tier} ${period}`) ?? 0;
      once(`${period} ${from}`, credits, { source: `${period}_allowance`, priority: 50, expiresAt });
    }
    return { granted };
  }

  private paymentEvent(c: Of<"payment_event">): JsonValue {
    const amount = whole(c.amount);
    insist(!c.provider.includes(":"));
    const purchase = `${c.provider} ${c.purchase}`;
    const event = `${c.provider} ${c.event}`;
    const request = [amount, c.expiresInMs];
    if ((this.purchases.get(purchase) ?? c.wallet) !== c.wallet) throw new Refusal("idempotency_key_reused");
    let seq = this.peek(c.wallet).known("grant", `purchase ${purchase}`, request);
    if ((this.events.get(event) ?? purchase) !== purchase) {
      // An amount that no wallet can hold is refused before the event is looked at.
      if (seq === undefined && this.peek(c.wallet).granted > most - amount)
        throw new Refusal("invalid_amount");
      throw new Refusal("idempotency_key_reused");
    }
    if (seq === undefined) {
      const expiresAt = c.expiresInMs === null ? null : this.now + c.expiresInMs;
      seq = this.addLot(c.wallet, "grant", amount, { source: "purchase", priority: 200, expiresAt });
      this.wallet(c.wallet).remember("grant", `purchase ${purchase}`, request, seq);
    }
    this.purchases.set(purchase, c.wallet);
    this.events.set(event, purchase);
    return this.granted(this.wallet(c.wallet), seq);
  }

  private expireDue(): JsonValue {
    const result = { holds: 0, lots: 0 };
    for (const wallet of this.wallets.values()) {
      for (const hold of wallet.holds.values()) {
        if (hold.state !== "open" || hold.createdAt + hold.expiresInMs > this.now) continue;
        this.settle(hold, "expired", 0);
        result.holds += 1;
      }
      for (const lot of wallet.lots) if (wallet.expire(lot, this.now)) result.lots += 1;
    }
    return result;
  }

  private balanceAt(c: Of<"balance_at">): JsonValue {
    const wallet = this.peek(c.wallet);
    const at = this.now - c.agoMs;
    const held = [...wallet.holds.values()]
      .filter((hold) => hold.createdAt <= at && (hold.settledAt ?? Number.POSITIVE_INFINITY) > at)
      .reduce((sum, hold) => sum + hold.amount, 0);
    const posted = wallet.entries
      .filter((entry) => entry.at <= at)
      .reduce((sum, entry) => sum + entry.amount, 0);
    return { posted, held };
  }
}

function* takeFrom(wallet: ModelWallet, amount: number, now: number): Generator<[ModelLot, number]> {
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

function whole(amount: Amount, least = 1): number {
  const value = amount === null ? Number.NaN : Number(amount);
  if (!Number.isSafeInteger(value) || value < least) throw new Refusal("invalid_amount");
  return value;
}

function checkedKey(key: string): void {
  if (key === "" || key.length > 255 || key.includes("\n")) throw new Refusal("invalid_idempotency_key");
}

function insist(truth: boolean): void {
  if (!truth) throw new Refusal("validation_failed");
}

function bounds(period: "day" | "month", now: number): [number, number] {
  const date = new Date(now);
  const [year, month, day] = [date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate()];
  return period === "day"
    ? [Date.UTC(year, month, day), Date.UTC(year, month, day + 1)]
    : [Date.UTC(year, month, 1), Date.UTC(year, month + 1, 1)];
}
