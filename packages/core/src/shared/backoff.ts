/**
 * How long to wait before the next try: doubled each time from one second, capped at `capMs` (60 s), and drawn at
 * random from the upper half so that many waiters do not come back together.
 *
 * @param tries - Failed tries so far, from 1.
 */
export function backoffMs(
  tries: number,
  options: { firstMs?: number; capMs?: number; random?: () => number } = {},
): number {
  const { firstMs = 1000, capMs = 60_000, random = Math.random } = options;
  const full = Math.min(capMs, firstMs * 2 ** Math.max(0, tries - 1));
  return Math.round(full / 2 + random() * (full / 2));
}
