/**
 * Waits between the tries, as the Standard Webhooks specification proposes them: 5 s, 5 min, 30 min, 2 h, 5 h, 10 h,
 * 14 h, 20 h, 24 h. Ten tries within a little more than three days.
 */
export const standardRetryDelaysMs: readonly number[] = [
  5000,
  5 * 60_000,
  30 * 60_000,
  ...[2, 5, 10, 14, 20, 24].map((hours) => hours * 3_600_000),
];

/** What a receiver may ask for at most: a word too much must not lose an event. */
const longestMs = 24 * 3_600_000;
/** So many waiters do not come back together. */
const spread = 0.2;

/**
 * How long to wait after a failed try; undefined: that was the last one.
 *
 * @param tries - Failed tries so far, from 1.
 * @param asked - The receiver's `Retry-After`, in seconds or as an HTTP date. Never sooner than planned, never later
 * than a day. Garbage counts as absent.
 */
export function retryDelayMs(
  delaysMs: readonly number[],
  tries: number,
  { asked, now, random = Math.random }: { asked?: string | undefined; now: number; random?: () => number },
): number | undefined {
  const planned = delaysMs[tries - 1];
  if (planned === undefined) return undefined;
  const askedMs = Math.min(longestMs, readRetryAfter(asked?.trim() ?? "", now));
  return Math.max(Math.round(planned * (1 - spread + 2 * spread * random())), askedMs);
}

function readRetryAfter(text: string, now: number): number {
  if (/^\d+$/.test(text)) return Number(text) * 1000;
  const at = / GMT$/.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(at) ? 0 : Math.max(0, at - now);
}
