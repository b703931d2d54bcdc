/** Older or newer than this is a replay, or a clock that cannot be trusted. */
const toleranceSeconds = 300;

/** Whether a webhook's time, in whole seconds since 1970, is within five minutes of `now`, in ms since 1970. */
export function isTimely(timestamp: string, now: number): boolean {
  return /^\d{1,12}$/.test(timestamp) && Math.abs(now / 1000 - Number(timestamp)) <= toleranceSeconds;
}
