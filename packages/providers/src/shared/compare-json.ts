/** Whether a recorded value is what we sent. `unclear`: it is told in another form, or not in full. */
export type Comparison = "equal" | "different" | "unclear";

/**
 * Compares what was sent with what a vendor tells of it. White space around texts and fields that were added do not count.
 *
 * Only a value of the same form is surely another. A vendor may tell a number as text, or in place of a file's token the
 * address where it keeps the file: whoever took that for another job would buy ours again.
 */
export function compareJson(sent: unknown, told: unknown): Comparison {
  if (told === undefined || kindOf(sent) !== kindOf(told)) return "unclear";
  if (typeof sent === "string" && typeof told === "string") {
    if (sent.trim() === told.trim()) return "equal";
    return placeOf(sent) === placeOf(told) ? "different" : "unclear";
  }
  if (typeof sent !== "object" || sent === null) return sent === told ? "equal" : "different";
  if (Array.isArray(sent) && sent.length !== (told as unknown[]).length) return "different";
  const each = Object.entries(sent).map(([key, value]) =>
    compareJson(value, (told as Record<string, unknown>)[key]),
  );
  return together(each);
}

/** One part that differs is enough; one that cannot be told leaves all of them open. */
export function together(each: readonly Comparison[]): Comparison {
  if (each.includes("different")) return "different";
  return each.includes("unclear") ? "unclear" : "equal";
}

function kindOf(value: unknown): string {
  if (value === null) return "null";
  return Array.isArray(value) ? "array" : typeof value;
}

/** The server that an address is on; nothing for any other text. */
function placeOf(text: string): string | undefined {
  return /^https?:\/\//i.test(text) && URL.canParse(text) ? new URL(text).host : undefined;
}
