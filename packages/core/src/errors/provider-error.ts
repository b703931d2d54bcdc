import type { ErrorCode } from "../contract/error-codes.ts";
import { AppError, isAppError } from "./app-error.ts";

/**
 * What the provider may have done when a call to it failed (`reliability-spec.md` 2.4). It decides the money.
 *
 * - `not_sent`: nothing left this machine. The same attempt may be tried again.
 * - `refused`: the provider answered no. Nothing was bought.
 * - `failed`: the provider took the job, and the job failed. The user owes nothing; what the provider charges all the same
 *   is the error's `cost`.
 * - `unknown`: it may have been bought. Never submitted again by itself.
 */
export type ProviderOutcome = "not_sent" | "refused" | "failed" | "unknown";

/** How a generation may end because of its provider. */
export type ProviderErrorCode = Extract<
  ErrorCode,
  | "provider_failed"
  | "provider_unavailable"
  | "provider_timeout"
  | "content_rejected"
  | "output_unavailable"
  | "submission_unknown"
  | "asset_unusable"
  | "validation_failed"
  | "cancelled"
>;

/** What a provider charges us, in its own unit, e.g. `{ unit: "credits", amount: 20 }`. */
export interface ProviderCost {
  readonly unit: string;
  readonly amount: number;
}

/** Everything `advance` needs to know about a failed call. */
export interface ProviderErrorOptions {
  outcome: ProviderOutcome;
  /** For logs and operators only; clients see the table's sentence. */
  message: string;
  upstreamStatus?: number;
  /** The provider asked to wait this long: the same attempt is repeated then. */
  retryAfterMs?: number;
  /** Safe for clients, e.g. `{ stage: "input" }` of a moderation refusal. */
  details?: Record<string, unknown>;
  /** True where the operator must act: no credit, revoked key, retired model. */
  operator?: boolean;
  /** What the provider charges although nothing came of it, where it says so: for the books. */
  cost?: ProviderCost | undefined;
  cause?: unknown;
}

/** A vendor's failure, translated once, at the border of its provider. */
export class ProviderError extends AppError {
  readonly outcome: ProviderOutcome;
  readonly upstreamStatus: number | undefined;
  readonly retryAfterMs: number | undefined;
  readonly operator: boolean;
  readonly cost: ProviderCost | undefined;

  constructor(code: ProviderErrorCode, options: ProviderErrorOptions) {
    super(code, {
      message: options.message,
      ...(options.details ? { details: options.details } : {}),
      ...(options.cause === undefined ? {} : { cause: options.cause }),
    });
    this.name = "ProviderError";
    this.outcome = options.outcome;
    this.upstreamStatus = options.upstreamStatus;
    this.retryAfterMs = options.retryAfterMs;
    this.operator = options.operator ?? false;
    this.cost = options.cost;
  }
}

/** Whether a thrown value is a `ProviderError`, also one from another copy of this package. */
export function isProviderError(error: unknown): error is ProviderError {
  return isAppError(error) && "outcome" in error;
}
