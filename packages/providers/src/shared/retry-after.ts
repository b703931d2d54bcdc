/** Sooner than this would be a hot loop, whatever the vendor says. */
const shortestMs = 1_000;
/** Longer than any deadline; keeps a nonsensical number from overflowing a timer. */
const longestMs = 3_600_000;
const httpDate = /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/;

/** What to wait on a rate limit that does not say how long. */
export const unstatedBackoffMs = 5_000;

/**
 * Reads how long the vendor wants us to wait, in ms, between one second and one hour.
 *
 * Knows `retry-after-ms`, and `Retry-After` in seconds or as an HTTP date. A date counts from the answer's own
 * `Date`, so that neither clock matters. Garbage and negative numbers count as absent.
 */
export function readRetryAfter(headers: Headers, now: number): number | undefined {
  const milliseconds = readNumber(headers.get("retry-after-ms"));
  if (milliseconds !== undefined) return bound(milliseconds);
  const text = headers.get("retry-after")?.trim() ?? "";
  const seconds = readNumber(text);
  if (seconds !== undefined) return bound(seconds * 1000);
  return httpDate.test(text) ? bound(Date.parse(text) - vendorNow(headers, now)) : undefined;
}

/** The vendor's clock by the answer's `Date`, else ours. In ms since 1970. */
export function vendorNow(headers: Headers, now: number): number {
  const stated = Date.parse(headers.get("date") ?? "");
  return Number.isFinite(stated) ? stated : now;
}

/** Puts a wait within its bounds. */
export function bound(waitMs: number): number {
  return Math.min(longestMs, Math.max(shortestMs, Math.ceil(waitMs)));
}

function readNumber(text: string | null): number | undefined {
  return text !== null && /^\d+(\.\d+)?$/.test(text.trim()) ? Number(text) : undefined;
}
