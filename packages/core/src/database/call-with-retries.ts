import pRetry from "p-retry";
import { isRepeatable, translateSqlError } from "./sql-error.ts";

/**
 * Makes one database call, again where that may help, and translates what is left of its failure.
 *
 * Repeats deadlocks, serialization failures, lock timeouts and lost connections: at most 3 times, jittered, and
 * none once 10 s have gone by. A connection may be lost after the commit, so a repeat must be harmless:
 * every writing function is idempotent by a key or a lease epoch (`reliability-spec.md` R4).
 *
 * @throws AppError - the function's refusal, or `unavailable` where the retries did not help.
 */
export async function callWithRetries<T>(functionName: string, attempt: () => Promise<T>): Promise<T> {
  try {
    return await pRetry(attempt, {
      retries: 3,
      minTimeout: 25,
      factor: 4,
      randomize: true,
      maxRetryTime: 10_000,
      shouldRetry: ({ error }) => isRepeatable(error),
    });
  } catch (error) {
    throw translateSqlError(error, functionName);
  }
}
