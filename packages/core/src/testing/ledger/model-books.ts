import type { JsonValue } from "../../shared/json.ts";
import { type ModelLot, ModelWallet, Refusal } from "./model-wallet.ts";

/** The most that fits JSON. */
const most = Number.MAX_SAFE_INTEGER;

/** Everything the model remembers: what there is, and nothing of what may be done with it. */
export class ModelBooks {
  now: number;
  readonly wallets = new Map<string, ModelWallet>();
  readonly lots: ModelLot[] = [];
  /** Tier and period → credits. */
  readonly allowances = new Map<string, number>();
  /** Provider and purchase → the wallet that it pays. */
  readonly purchases = new Map<string, string>();
  /** Provider and event → provider and purchase. */
  readonly events = new Map<string, string>();

  constructor(now: number) {
    this.now = now;
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

  /** The wallet, made where nobody had heard of it. */
  wallet(name: string): ModelWallet {
    const wallet = this.wallets.get(name) ?? new ModelWallet(name);
    this.wallets.set(name, wallet);
    return wallet;
  }

  /** To look at before anything is decided: a refused first movement makes no wallet. */
  peek(name: string): ModelWallet {
    return this.wallets.get(name) ?? new ModelWallet(name);
  }

  /** A new lot and its entry, whose number it answers. */
  addLot(
    name: string,
    kind: "grant" | "adjustment",
    amount: number,
    lot: Pick<ModelLot, "source" | "priority" | "expiresAt">,
  ): number {
    if (this.isTooMuch(name, amount)) throw new Refusal("invalid_amount");
    const wallet = this.wallet(name);
    const number = this.lots.length + 1;
    const made = { ...lot, number, wallet: name, amount, remaining: amount, held: 0, createdAt: this.now };
    this.lots.push(made);
    wallet.lots.push(made);
    wallet.post(kind, amount, this.now, number);
    return wallet.entries.length;
  }

  /** What a caller is told of an entry. */
  granted(wallet: ModelWallet, seq: number): JsonValue {
    const entry = wallet.entries[seq - 1];
    if (entry === undefined) throw new Error("no such entry");
    return { seq, lot: entry.lot, amount: entry.amount, balance_after: entry.balanceAfter };
  }

  /** Whether that much more would be more than a wallet can ever have been given. */
  isTooMuch(name: string, amount: number): boolean {
    return this.peek(name).granted > most - amount;
  }
}
