/** A limit on waiting for somebody else. */
export interface TimeLimit {
  /** Waiting begins, or begins anew. */
  start(): void;
  /** They have done their part. */
  stop(): void;
}

/**
 * Calls back, with an error of code `ETIMEDOUT`, when waiting has lasted too long. It does not run before `start`.
 */
export function timeLimit(timeoutMs: number, onLate: (error: Error) => void): TimeLimit {
  let timer: NodeJS.Timeout | undefined;
  const stop = () => clearTimeout(timer);
  return {
    start() {
      stop();
      timer = setTimeout(
        () => onLate(Object.assign(new Error("no answer in time"), { code: "ETIMEDOUT" })),
        timeoutMs,
      );
      // Who is waited for keeps the process alive; the limit alone does not.
      timer.unref();
    },
    stop,
  };
}
