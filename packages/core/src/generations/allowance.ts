import type { AdvanceLimits } from "../engine/port.ts";
import type { ProviderPort } from "../providers/port.ts";
import type { Clock } from "../shared/clock.ts";

/** What is left of what one call may do. */
export interface Allowance {
  /** Infinity where nobody has set a limit. */
  leftMs(): number;
  readonly longCalls: boolean;
}

/** Begins to count now. */
export function createAllowance(
  clock: Clock,
  { budgetMs = Number.POSITIVE_INFINITY, longCalls = true }: AdvanceLimits,
): Allowance {
  const begunAt = clock.monotonic();
  return { leftMs: () => begunAt + budgetMs - clock.monotonic(), longCalls };
}

/** A vendor that only takes a job down answers within seconds, or is asked later what it took. */
const jobAnswerMsMin = 10_000;

type Answers = Pick<ProviderPort, "submitTimeoutMs" | "check" | "lookup" | "idempotencyKeyLifetimeMs">;

/**
 * How long a purchase that begins now may wait for its answer; undefined where it must be left to somebody who has more
 * time. A purchase is never broken off because its process is: the vendor would have sold what nobody hears of. Only one
 * whose answer can be had again (by its key, or by looking for the job) may be given less time than the vendor takes.
 */
export function purchaseMs(allowance: Allowance, provider: Answers): number | undefined {
  if (!allowance.longCalls && provider.check === undefined) return undefined;
  const leftMs = allowance.leftMs();
  if (leftMs >= provider.submitTimeoutMs) return provider.submitTimeoutMs;
  const canBeAskedAgain = provider.lookup !== undefined || provider.idempotencyKeyLifetimeMs !== undefined;
  const takesJobs = provider.check !== undefined && canBeAskedAgain;
  return takesJobs && leftMs >= jobAnswerMsMin ? leftMs : undefined;
}
