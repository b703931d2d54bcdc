/** What one client has learnt about streams through its host and proxies. */
export interface StreamHealth {
  /** Whether a stream is worth trying now. */
  usable(): boolean;
  /** Bytes came as they were sent: nothing in between holds them back. */
  proven(): void;
  /** Whether that was ever so. */
  isProven(): boolean;
  /** Polling works where a stream does not: do not try one for this long. */
  avoid(forMs: number): void;
}

/** Starts in good faith. */
export function createStreamHealth(): StreamHealth {
  let avoidUntilMs = 0;
  let proven = false;
  return {
    usable: () => Date.now() >= avoidUntilMs,
    proven: () => {
      proven = true;
    },
    isProven: () => proven,
    avoid: (forMs) => {
      avoidUntilMs = Date.now() + forMs;
    },
  };
}
