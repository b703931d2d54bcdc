import type { Database } from "../database/port.ts";
import type { JsonObject } from "../shared/json.ts";
import { correct, type LedgerOptions } from "./clawback.ts";
import { historyOf } from "./ledger-history.ts";
import { type BalanceRow, type EntryRow, type GrantRow, toGrant, toHold } from "./ledger-rows.ts";
import type {
  Balance,
  Grant,
  Hold,
  LedgerEntry,
  LedgerViolation,
  MovementPage,
  PastBalance,
  Repeatable,
} from "./ledger-types.ts";

/** Whose credits, how many, and the key by which a repeat is known. */
interface Movement {
  readonly walletId: string;
  /** Whole credits, 1 to 2^53 − 1. */
  readonly amount: number;
  /** 1 to 255 characters without control characters; unique for each wallet and kind of movement. */
  readonly idempotencyKey: string;
}

/**
 * The ledger's functions, typed. Each call is one transaction; a refused one leaves nothing behind, and a repeated one
 * answers what the first did; `replayed` tells the two apart. All reject with AppError `unavailable` when the database cannot be reached.
 */
export interface Ledger {
  /**
   * Adds a lot of credits.
   *
   * @param request.priority - Smaller burns first; of equal ones the lot that ends first. Default 100.
   * @param request.expiresInMs - 1 ms to 100 years. Default: never.
   * @throws AppError `invalid_amount` - not whole, not positive, or beyond what a wallet can hold.
   * @throws AppError `invalid_idempotency_key` - malformed, or one of the ledger's own (`sign_up`, `allowance:`, `purchase:`).
   * @throws AppError `idempotency_key_reused` - same key, anything else different.
   * @throws AppError `validation_failed` - a wallet, source or duration that cannot be.
   *
   * @example
   * await ledger.grant({ walletId: "ada", amount: 100, idempotencyKey: "spring-sale", source: "promotion" });
   */
  grant(
    request: Movement & {
      source?: string;
      priority?: number;
      expiresInMs?: number;
      reason?: string;
      actor?: string;
    },
  ): Promise<Grant & Repeatable>;

  /**
   * Reserves credits so that they cannot be spent twice, for work outside the state machine.
   *
   * The spend is decided later by `capture` or `release`; after `expiresInMs` a sweep gives them back.
   *
   * @throws AppError `insufficient_credits` - `details` has `required` and `available`; the key stays free.
   * @throws AppError `invalid_amount`, `invalid_idempotency_key`, `validation_failed`
   * @throws AppError `idempotency_key_reused` - same key, different amount, reference or duration.
   */
  hold(request: Movement & { externalReference: string; expiresInMs: number }): Promise<Hold>;

  /**
   * Pays a hold, in part or whole; the rest is free again in the same moment. Paying 0 charges nothing.
   *
   * @param amount - 0 to what is held, or `"full"`: never everything by leaving it out.
   * @throws AppError `not_found`, `invalid_amount`, `capture_exceeds_hold`
   * @throws AppError `forbidden` - a generation's hold, which only its own end settles.
   * @throws AppError `hold_already_settled` - in another way; `details` say how.
   */
  capture(holdId: string, amount: number | "full"): Promise<Hold>;

  /**
   * Gives a hold back whole.
   *
   * @throws AppError `not_found`, `forbidden`, `hold_already_settled`
   */
  release(holdId: string): Promise<Hold>;

  /**
   * Gives back what a hold has paid: to the lots it came from, the last consumed first. What returns to a lot that has
   * ended ends at once.
   *
   * @throws AppError `not_found`, `invalid_amount`, `invalid_idempotency_key`, `idempotency_key_reused`
   * @throws AppError `refund_exceeds_capture` - `details.refundable` is what is left.
   */
  refund(
    holdId: string,
    request: { amount: number; idempotencyKey: string; reason?: string; actor?: string },
  ): Promise<LedgerEntry & Repeatable>;

  /**
   * An operator's correction, up or down; never below what is available. A clawback that is refused for that calls the
   * operator, once per key and `operatorAlertMs`.
   *
   * @param request.amount - Positive or negative, never 0.
   * @throws AppError `invalid_amount`, `invalid_idempotency_key`, `idempotency_key_reused`, `insufficient_credits`
   * @throws AppError `validation_failed` - no reason or no actor.
   */
  adjust(
    request: Movement & { reason: string; actor: string },
  ): Promise<{ transactionId: number; amount: number } & Repeatable>;

  /** Ends the holds and lots that are due, at most `count` wallets' worth. Any number of processes may call it. */
  expireDue(count?: number): Promise<{ holds: number; lots: number }>;

  /** What a wallet has now; zeros for one nobody has heard of. */
  balance(walletId: string): Promise<Balance>;

  /** What a wallet had at a moment in the past, from its entries and holds. */
  balanceAt(walletId: string, at: Date): Promise<PastBalance>;

  /**
   * A page of a wallet's movements, newest first: entries, and beside them holds and what came back of them. What is
   * added while somebody turns the pages is on none of the later ones, and none is left out or told twice.
   *
   * @param options.limit - 1 to 1000. Default 50.
   * @param options.cursor - `nextCursor` of the page before. Good for as long as the ledger; only for the server: `GET
   * /credits/history` signs its own.
   * @throws AppError `validation_failed` - a limit or cursor that cannot be.
   *
   * @example
   * const { movements, nextCursor } = await ledger.history("ada", { limit: 20 });
   */
  history(walletId: string, options?: { limit?: number; cursor?: string }): Promise<MovementPage>;

  /**
   * Recomputes every balance, lot, hold and charge from the entries, and tells each promise that is broken: none, in a
   * healthy database. Reads one snapshot of everything and blocks nobody; made for a schedule, not for a request.
   */
  verify(): Promise<LedgerViolation[]>;

  /**
   * Writes a payment provider's event down and grants its credits, in one transaction. A purchase grants once, whatever
   * number of events name it.
   *
   * @param request.provider - `a-z`, `0-9`, `_` and `-`, up to 32 characters.
   * @throws AppError `invalid_amount`, `validation_failed`
   * @throws AppError `idempotency_key_reused` - the purchase is another wallet's or of another amount, or the event told of another one.
   */
  paymentEvent(request: {
    provider: string;
    eventId: string;
    purchaseId: string;
    walletId: string;
    amount: number;
    expiresInMs?: number;
  }): Promise<Grant>;

  /**
   * Sets the tier by which a wallet gets its allowances, from the next day and month on.
   *
   * @throws AppError `validation_failed` - no name, or longer than 64 characters.
   */
  setTier(walletId: string, tier: string): Promise<void>;

  /**
   * Sets what each wallet of a tier gets at its first visit of a day or month (in UTC). It ends with the period.
   *
   * @param credits - 0 for none.
   * @throws AppError `invalid_amount`, `validation_failed`
   */
  setAllowance(tier: string, period: "day" | "month", credits: number, priority?: number): Promise<void>;
}

/**
 * Makes the typed face of a database's ledger.
 *
 * @param options - Whom it calls when a clawback is refused.
 *
 * @example
 * const ledger = createLedger(postgres(process.env.DATABASE_URL));
 * await ledger.paymentEvent({ provider: "stripe", eventId: event.id, purchaseId: session.id, walletId: user, amount: 100 });
 */
export function createLedger(database: Database, options: LedgerOptions = {}): Ledger {
  const call = async <Result>(name: string, args: Record<string, string | number | boolean | undefined>) => {
    const given = Object.entries(args).filter(([, value]) => value !== undefined);
    return (await database.call(`genbff_${name}`, Object.fromEntries(given) as JsonObject)) as Result;
  };
  const movement = ({ walletId, amount, idempotencyKey }: Movement) => ({
    p_wallet_id: walletId,
    p_amount: amount,
    p_idempotency_key: idempotencyKey,
  });
  return {
    async grant(request) {
      const row = await call<GrantRow & Repeatable>("grant", {
        ...movement(request),
        p_source: request.source,
        p_priority: request.priority,
        p_expires_in_ms: request.expiresInMs,
        p_reason: request.reason,
        p_actor: request.actor,
      });
      return { ...toGrant(row), replayed: row.replayed };
    },
    hold: async (request) =>
      toHold(
        await call("hold", {
          ...movement(request),
          p_external_reference: request.externalReference,
          p_expires_in_ms: request.expiresInMs,
        }),
      ),
    capture: async (holdId, amount) =>
      toHold(
        await call("capture", {
          p_hold_id: holdId,
          ...(amount === "full" ? { p_full: true } : { p_amount: amount }),
        }),
      ),
    release: async (holdId) => toHold(await call("release", { p_hold_id: holdId })),
    async refund(holdId, { amount, idempotencyKey, reason, actor }) {
      const args = { p_hold_id: holdId, p_amount: amount, p_idempotency_key: idempotencyKey };
      const by = { p_reason: reason ?? "", p_actor: actor ?? "" };
      const row = await call<EntryRow & Repeatable>("refund", { ...args, ...by });
      const { seq, amount: back, balance_after: balanceAfter, replayed } = row;
      return { transactionId: row.id, seq, amount: back, balanceAfter, replayed };
    },
    async adjust(request) {
      const { reason, actor } = request;
      const row = await correct(database, options, request, () =>
        call<GrantRow & Repeatable>("adjust", { ...movement(request), p_reason: reason, p_actor: actor }),
      );
      return { transactionId: row.transaction_id, amount: row.amount, replayed: row.replayed };
    },
    expireDue: (count) => call("expire_due", { p_count: count }),
    async balance(walletId) {
      const row = await call<BalanceRow>("balance", { p_wallet_id: walletId });
      return {
        available: row.available,
        held: row.held,
        posted: row.posted,
        lifetimeGranted: row.lifetime_granted,
        lifetimeSpent: row.lifetime_spent,
        subscriptionTier: row.subscription_tier,
      };
    },
    balanceAt: (walletId, at) => call("balance_at", { p_wallet_id: walletId, p_at: at.toISOString() }),
    history: (walletId, options = {}) => historyOf(database, walletId, options),
    async verify() {
      const rows = await call<{ invariant: string; wallet_id: string | null; detail: JsonObject }[]>(
        "violations",
        {},
      );
      return rows.map(({ invariant, wallet_id: walletId, detail }) => ({ invariant, walletId, detail }));
    },
    paymentEvent: async (request) =>
      toGrant(
        await call("payment_event", {
          p_provider: request.provider,
          p_event_id: request.eventId,
          p_purchase_id: request.purchaseId,
          p_wallet_id: request.walletId,
          p_amount: request.amount,
          p_expires_in_ms: request.expiresInMs,
        }),
      ),
    async setTier(walletId, tier) {
      await call("set_tier", { p_wallet_id: walletId, p_tier: tier });
    },
    async setAllowance(tier, period, credits, priority) {
      await call("set_allowance", {
        p_tier: tier,
        p_period: period,
        p_credits: credits,
        p_priority: priority,
      });
    },
  };
}
