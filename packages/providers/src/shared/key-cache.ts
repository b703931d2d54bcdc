/** The keys that a vendor signs its webhooks with. */
export interface KeyCache<Keys> {
  /** Those that are known, read at most once a day. Rejects where they cannot be read. */
  known(signal: AbortSignal): Promise<Keys>;
  /** Reads them again, for a signature that no known key made. Undefined where that was tried a moment ago. */
  renewed(signal: AbortSignal): Promise<Keys | undefined>;
}

const lifetimeMs = 86_400_000;
/** A flood of forged webhooks must not become a flood of calls to the vendor. */
const renewalMs = 60_000;

/** Keeps keys for a day. Calls at the same time share one reading; one that fails leaves the former keys in place. */
export function createKeyCache<Keys>(read: (signal: AbortSignal) => Promise<Keys>): KeyCache<Keys> {
  let kept: { readonly keys: Promise<Keys>; readonly readAt: number } | undefined;
  let askedAt = Number.NEGATIVE_INFINITY;
  const fresh = (signal: AbortSignal): Promise<Keys> => {
    const former = kept;
    const reading = { keys: read(signal), readAt: performance.now() };
    askedAt = reading.readAt;
    kept = reading;
    reading.keys.catch(() => {
      if (kept === reading) kept = former;
    });
    return reading.keys;
  };
  return {
    known: (signal) =>
      kept !== undefined && performance.now() - kept.readAt < lifetimeMs ? kept.keys : fresh(signal),
    async renewed(signal) {
      return performance.now() - askedAt < renewalMs ? undefined : fresh(signal);
    },
  };
}
