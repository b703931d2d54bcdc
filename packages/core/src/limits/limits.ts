/** The knobs of `design.md` 5.6; tests shorten them. */
export interface Limits {
  /** From start to the end, whatever the provider says. Default 30 min. */
  deadlineMs: number;
  /** Submissions per generation. Default 3. */
  attempts: number;
  /** A worker that says nothing for this long has lost its generation. Default 20 s. */
  leaseMs: number;
  /** Default: a quarter of the lease. */
  heartbeatMs: number;
  /** Between two looks for what is due: what another process handed over, or what a dead one left. Default 1 s. */
  sweepMs: number;
  /** Generations of one user that have not ended. Default 20. */
  openGenerationsPerUser: number;
  /** Generations of everybody that wait. Default 10,000. */
  queueDepth: number;
  /** What a user's reserved uploads may hold while they are not finished, each at least 1 MB. Default 2 GB. */
  pendingUploadBytesPerUser: number;
  /** Unfinished pictures that are shown of one generation. Default 10; 0 shows none. */
  previewsPerGeneration: number;
  /**
   * How long a submission whose answer got lost may wait to be told of by the vendor's webhook, never past its
   * deadline. Default 10 min.
   */
  webhookGraceMs: number;
  /** The largest body of a webhook. Default 1 MB. */
  webhookBytesMax: number;
  /** One alert per provider within this time; what comes meanwhile is only logged, as a warning. Default 15 min. */
  operatorAlertMs: number;
  /** How long a quote is honoured. Default 10 min. */
  quoteMs: number;
  /** How long large fields of what has ended are kept. Default 48 h. */
  keepLargeMs: number;
  /** How long rows of what has ended are kept: events, attempts, failures, idempotency keys. Never the ledger. Default 30 days. */
  keepRowsMs: number;
  /** Time between two looks at the database for all watchers together. Default 1 s. */
  watchTickMs: number;
  /** How long a JSON body may take to arrive. A slower one is 408 `request_timeout`. Default 15 s. */
  jsonTimeoutMs: number;
  /** The same of a form and of a signed upload: a photo over a telephone's line. Default 5 min. */
  fileTimeoutMs: number;
}

/** Each can be set by itself. */
export const defaultLimits: Limits = {
  deadlineMs: 30 * 60_000,
  attempts: 3,
  leaseMs: 20_000,
  heartbeatMs: 5000,
  sweepMs: 1000,
  openGenerationsPerUser: 20,
  queueDepth: 10_000,
  pendingUploadBytesPerUser: 2_000_000_000,
  previewsPerGeneration: 10,
  webhookGraceMs: 10 * 60_000,
  webhookBytesMax: 1_000_000,
  operatorAlertMs: 15 * 60_000,
  quoteMs: 10 * 60_000,
  keepLargeMs: 48 * 3_600_000,
  keepRowsMs: 30 * 24 * 3_600_000,
  watchTickMs: 1000,
  jsonTimeoutMs: 15_000,
  fileTimeoutMs: 5 * 60_000,
};

/** `design.md` 5.6. A lease that is shortened alone is renewed as much more often. */
export function limitsOf(given: Partial<Limits>): Limits {
  const leaseMs = given.leaseMs ?? defaultLimits.leaseMs;
  return { ...defaultLimits, heartbeatMs: Math.ceil(leaseMs / 4), ...given };
}
