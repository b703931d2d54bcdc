/** A longer job is looked at less often, but never seldom enough for somebody to wait much longer than they must. */
const slowestMs = 6000;

/**
 * How long a running job is left alone.
 *
 * Begins at the provider's own pace and slows down with the age of the job, to three times that at most and never to
 * more than 6 s: a job of a minute is asked for some ten times, a quick one is still found quickly.
 *
 * @param pollAfterMs - The provider's pace; never is a job asked for sooner.
 * @param ageMs - Since the submission left.
 */
export function pauseBeforeNextLookMs(pollAfterMs: number, ageMs: number): number {
  return Math.max(pollAfterMs, Math.min(ageMs, 3 * pollAfterMs, slowestMs));
}
