import type { JsonValue } from "../../shared/json.ts";
import type { Command, Outcome } from "./command.ts";
import { insist, whole } from "./model-arguments.ts";
import { ModelBooks } from "./model-books.ts";
import { capture, expireDue, hold, refund, release } from "./model-holds.ts";
import { adjust, grant, paymentEvent, welcome } from "./model-incoming.ts";
import { Refusal } from "./model-wallet.ts";

type Of<Name extends Command["do"]> = Extract<Command, { do: Name }>;

/** The whole ledger in memory, in the plainest way that is right: what the database is compared with. */
export class LedgerModel {
  private readonly books: ModelBooks;

  constructor(now: number) {
    this.books = new ModelBooks(now);
  }

  /** Does one command, a millisecond after the one before. A refused one changes nothing but the time. */
  do(command: Command): Outcome {
    this.books.now += 1;
    try {
      return { ok: this.dispatch(command) };
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return { refused: error.code, details: error.details };
    }
  }

  /** Everything there is, in figures that the database can give as well. */
  state(): JsonValue {
    return this.books.state();
  }

  private dispatch(command: Command): JsonValue {
    switch (command.do) {
      case "grant":
        return grant(this.books, command);
      case "hold":
        return hold(this.books, command);
      case "capture":
        return capture(this.books, command);
      case "release":
        return release(this.books, command);
      case "refund":
        return refund(this.books, command);
      case "adjust":
        return adjust(this.books, command);
      case "welcome":
        return welcome(this.books, command);
      case "set_tier":
        insist(command.tier !== "");
        this.books.wallet(command.wallet).tier = command.tier;
        return { subscription_tier: command.tier };
      case "set_allowance": {
        const credits = whole(command.amount, 0);
        this.books.allowances.set(`${command.tier} ${command.period}`, credits);
        return { credits };
      }
      case "payment_event":
        return paymentEvent(this.books, command);
      case "expire_due":
        return expireDue(this.books);
      case "balance_at":
        return this.balanceAt(command);
      case "wait":
        this.books.now += command.ms;
        return null;
    }
  }

  private balanceAt(c: Of<"balance_at">): JsonValue {
    const wallet = this.books.peek(c.wallet);
    const at = this.books.now - c.agoMs;
    const held = [...wallet.holds.values()]
      .filter((hold) => hold.createdAt <= at && (hold.settledAt ?? Number.POSITIVE_INFINITY) > at)
      .reduce((sum, hold) => sum + hold.amount, 0);
    const posted = wallet.entries
      .filter((entry) => entry.at <= at)
      .reduce((sum, entry) => sum + entry.amount, 0);
    return { posted, held };
  }
}
