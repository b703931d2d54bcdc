/** Whether a recorded value is the one that was sent. White space around texts and fields that were added do not count. */
export function isSameJson(a: unknown, b: unknown): boolean {
  if (typeof a === "string" && typeof b === "string") return a.trim() === b.trim();
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return a === b;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const entries = Object.entries(a);
  return (
    (!Array.isArray(a) || a.length === (b as unknown[]).length) &&
    entries.every(([key, value]) => isSameJson(value, (b as Record<string, unknown>)[key]))
  );
}
