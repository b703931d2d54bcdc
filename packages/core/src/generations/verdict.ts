import type { ErrorCode } from "../contract/error-codes.ts";
import { isProviderError, type ProviderCost, type ProviderError } from "../errors/provider-error.ts";
import type { JobReference } from "../providers/port.ts";
import { backoffMs } from "../shared/backoff.ts";
import type { JsonObject } from "../shared/json.ts";
import type { Step, StoredAsset, Work, WorkOrder } from "./work-order.ts";

/** What became of an attempt, for the books: `genbff.attempts.outcome`. */
export type AttemptOutcome = "accepted" | "done" | "adopted" | "refused" | "failed" | "unknown";

/** What one step wants to be committed. */
export interface StepChanges {
  readonly step?: Step;
  /** A short word for people. */
  readonly stage?: string;
  readonly progress?: number;
  readonly job?: JobReference;
  readonly outcome?: AttemptOutcome;
  readonly error?: JsonObject;
  readonly cost?: ProviderCost;
  readonly work?: Work;
  readonly retries?: Readonly<Record<string, number>>;
  /** Nothing left this machine, or the provider took nothing: the same attempt may be sent again. */
  readonly unsent?: boolean;
  /** Certainly not bought: the next attempt may be sent. */
  readonly next_attempt?: boolean;
  /** Whom the next attempt goes to; by default the same provider. */
  readonly next_provider?: string;
  readonly health?: Health;
  /** The provider asked everybody to wait this long. */
  readonly wait_ms?: number;
}

/** What an answer says of its provider; five failures in a row open its breaker, its operator's trouble at once. */
export type Health = "ok" | "failed" | "operator";

/** What a step decided. The spine commits it; no step writes the generation itself. */
export type Verdict =
  | { readonly next: "continue"; readonly changes: StepChanges }
  | { readonly next: "later"; readonly changes: StepChanges; readonly delayMs: number }
  | {
      readonly next: "adopt";
      readonly candidates: readonly JobReference[];
      /** Asked only once none of them could be taken. */
      readonly otherwise: () => Verdict | Promise<Verdict>;
    }
  | {
      readonly next: "finish";
      readonly assets: readonly StoredAsset[];
      readonly work: Work;
      /** The generations that start with the same commit. */
      readonly children: readonly JsonObject[];
    }
  | {
      readonly next: "fail";
      readonly code: ErrorCode;
      readonly details?: JsonObject;
      readonly outcome?: AttemptOutcome;
      readonly error?: JsonObject;
      readonly cost?: ProviderCost;
      readonly health?: Health;
      readonly wait_ms?: number;
    };

/**
 * Repeatable steps and how often each may fail before the generation does. Submissions are counted elsewhere: as
 * attempts. `absent`: how many searches that prove "nothing was bought" are not yet believed.
 */
const budgets = {
  prepare: 5,
  submit: 5,
  lookup: 10,
  absent: 1,
  resend: 10,
  fetch: 5,
  store: 5,
  refresh: 2,
} as const;

/** A repeatable step with a budget of tries. */
export type Budget = keyof typeof budgets;

/** Tries again after a pause, or gives up when the budget is spent. */
export function tryAgain(
  order: WorkOrder,
  budget: Budget,
  options: { changes?: StepChanges; delayMs?: number; exhausted: Verdict },
): Verdict {
  const tries = (order.retries[budget] ?? 0) + 1;
  const delayMs = options.delayMs ?? backoffMs(tries);
  if (tries > budgets[budget] || Date.parse(order.now) + delayMs >= Date.parse(order.deadline_at))
    return options.exhausted;
  return { next: "later", delayMs, changes: { ...options.changes, retries: { [budget]: tries } } };
}

/** What the books keep of a failure: no prompt, no URL, no key. */
export function errorForTheBooks(error: unknown): JsonObject {
  if (isProviderError(error))
    return {
      code: error.code,
      outcome: error.outcome,
      status: error.upstreamStatus ?? null,
      operator: error.operator,
    };
  return { code: "internal_error", name: error instanceof Error ? error.name : typeof error };
}

/** What the provider charges, where it says so: booked with the answer, whatever becomes of the outputs. */
export function costOf({ cost }: { readonly cost?: ProviderCost | undefined }): { cost?: ProviderCost } {
  return cost === undefined ? {} : { cost: { unit: cost.unit, amount: cost.amount } };
}

/** What a failure says of its provider: a user's mistake, a refused content or a failed job say nothing. */
export function healthOf(error: ProviderError): { health?: Health; wait_ms?: number } {
  const failed = error.outcome === "not_sent" || error.outcome === "unknown";
  const health = error.operator ? "operator" : failed ? "failed" : undefined;
  return {
    ...(health === undefined ? {} : { health }),
    ...(error.outcome === "refused" && error.retryAfterMs !== undefined
      ? { wait_ms: error.retryAfterMs }
      : {}),
  };
}
