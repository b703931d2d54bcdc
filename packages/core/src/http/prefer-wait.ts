const waitMaxS = 20;

/** Seconds that `Prefer: wait=N` asks to wait, at most 20; 0 without it, or where it says something else. */
export function preferredWaitS(request: Request): number {
  const preferences = request.headers.get("prefer") ?? "";
  const [, seconds] = /(?:^|,)\s*wait\s*=\s*"?(\d{1,9})"?\s*(?:,|;|$)/i.exec(preferences) ?? [];
  return Math.min(Number(seconds ?? 0), waitMaxS);
}
