const words = ["queued", "running", "success", "failed", "cancelled", "banned", "expired"] as const;

/** What a task can be. The last two are words of the former API. */
export type StatusWord = (typeof words)[number];

/** A status that we know; nothing for a word of tomorrow, and for the vendor's own "unknown", which ends no task. */
export function statusOf(word: string): StatusWord | undefined {
  return words.find((known) => known === word);
}
