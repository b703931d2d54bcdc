import pRetry from "p-retry";
import { isWorthRepeating, settledFailure, storageFailure } from "./storage-failure.ts";

/** What supabase-js resolves a call of storage to. */
export type StorageAnswer<T> = { data: T; error: null } | { data: unknown; error: object };

/** How calls are made. */
export interface CallSettings {
  readonly bucket: string;
  readonly timeoutMs: number;
}

/**
 * Makes a call that may be repeated: at most 3 times more, jittered, where no answer came or the server was not able to, and
 * none once 10 s have gone by.
 *
 * @param expected - An error that is an answer: the call resolves to null.
 * @throws AppError `unavailable` - it did not help.
 * @throws Error - the project is set up otherwise than we need; the message says how, for its operator.
 */
export async function callStorage<T>(
  what: string,
  { bucket, timeoutMs }: CallSettings,
  attempt: () => PromiseLike<StorageAnswer<T>>,
  expected: (error: object) => boolean = () => false,
): Promise<T | null> {
  try {
    return await pRetry(
      async () => {
        const answer = await within(timeoutMs, attempt());
        if (answer.error === null) return answer.data as T;
        if (expected(answer.error)) return null;
        throw storageFailure(what, bucket, answer.error);
      },
      {
        retries: 3,
        minTimeout: 100,
        factor: 3,
        randomize: true,
        maxRetryTime: 10_000,
        shouldRetry: ({ error }) => isWorthRepeating(error),
      },
    );
  } catch (error) {
    throw settledFailure(error);
  }
}

/** supabase-js takes no signal for most calls of storage: what comes too late is not waited for. */
async function within<T>(
  timeoutMs: number,
  answer: PromiseLike<StorageAnswer<T>>,
): Promise<StorageAnswer<T>> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<StorageAnswer<T>>((resolve) => {
    const error = Object.assign(new Error("no answer in time"), { name: "TimeoutError" });
    timer = setTimeout(() => resolve({ data: null, error }), timeoutMs);
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}
