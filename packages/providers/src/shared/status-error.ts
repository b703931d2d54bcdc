import { ProviderError, type ProviderErrorCode, type ProviderErrorOptions } from "@genbff/core";
import { type CallPurpose, codeOfLostAnswer, outcomeOfStatus } from "./outcome.ts";
import { readRetryAfter, unstatedBackoffMs } from "./retry-after.ts";

/** An answer that is not what was hoped for. */
export interface FailedAnswer {
  readonly vendor: string;
  readonly purpose: CallPurpose;
  readonly status: number;
  readonly headers: Headers;
  /** The parsed body; nothing if it could not be read. */
  readonly body: unknown;
  /**
   * The vendor's code, for the log. Its request id stays out: ids of the vendor's are as telling as its name, and
   * our own client reference finds the call as well.
   */
  readonly label?: string | undefined;
}

/** What a vendor's own code says more precisely than the status does. */
export interface StatusErrorChoice {
  readonly code?: ProviderErrorCode;
  readonly details?: Record<string, unknown>;
  readonly operator?: boolean;
  /** Do not wait and repeat although the status says so. */
  readonly final?: boolean;
  readonly retryAfterMs?: number | undefined;
}

/** Makes the error of a refused call; the status decides the outcome, the vendor's code refines what people see. */
export function statusError(failed: FailedAnswer, choice: StatusErrorChoice = {}): ProviderError {
  const { status, purpose, headers } = failed;
  const retryAfterMs = readRetryAfter(headers, Date.now());
  const outcome = outcomeOfStatus(status, purpose, retryAfterMs);
  const wait = choice.final ? undefined : (retryAfterMs ?? choice.retryAfterMs ?? unstatedFor(status));
  const usual = usualFor(status);
  // An open question is no complaint, and a job may be unknown for a moment after it was taken.
  const mayBlame = outcome !== "unknown" && !(purpose === "read" && status === 404);
  const options: ProviderErrorOptions = {
    outcome,
    message: `${failed.vendor} answered ${status}${failed.label ? ` (${failed.label})` : ""}`,
    upstreamStatus: status,
    operator: mayBlame && (choice.operator ?? (choice.code === undefined && usual.operator)),
    ...(wait === undefined ? {} : { retryAfterMs: wait }),
    ...(choice.details === undefined || outcome !== "refused" ? {} : { details: choice.details }),
  };
  const code = outcome === "refused" ? (choice.code ?? usual.code) : codeOfLostAnswer(outcome);
  return new ProviderError(code, options);
}

/** Keeps what looks like a code; a vendor's free text may hold anything. */
export function slug(value: unknown): string | undefined {
  const text = typeof value === "number" ? String(value) : value;
  return typeof text === "string" && /^[\w.:-]{1,80}$/.test(text) ? text : undefined;
}

function unstatedFor(status: number): number | undefined {
  return status === 429 ? unstatedBackoffMs : undefined;
}

function usualFor(status: number): { code: ProviderErrorCode; operator: boolean } {
  switch (status) {
    case 409:
    case 429:
    case 503:
      return { code: "provider_unavailable", operator: false };
    case 413:
      return { code: "asset_unusable", operator: false };
    case 400:
    case 422:
      // One user's odd picture may be what the vendor complains of: that must not open the breaker for all the others.
      return { code: "provider_failed", operator: false };
    case 401:
    case 402:
    case 403:
    case 404:
      return { code: "provider_unavailable", operator: true };
    default:
      // Redirects and addresses that are gone: only the operator can cure them.
      return { code: status < 400 ? "provider_unavailable" : "provider_failed", operator: status < 500 };
  }
}
