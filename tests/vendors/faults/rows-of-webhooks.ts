import { type Cell, type Column, ends, type FaultRow, never } from "./row.ts";

const silent = ["openai", "stability", "stability jobs", "recraft", "gemini", "seedream", "ai-sdk"] as const;
const speaking = ["tripo", "fal", "replicate"] as const;

const row = (part: string, variant: string, told: number, words: string): FaultRow => ({
  number: 30,
  part,
  fault: { kind: "odd_webhook", variant, latencyMs: 200 },
  told,
  cells: {
    ...ends(speaking, `complete; told: ${words}`, 1),
    ...never(silent, "It sends no webhooks."),
  } satisfies Record<Column, Cell>,
});

/** Webhooks, as the vendor signs them, before the provider that verifies them. They are hints: none changes the end. */
export const rowsOfWebhooks: readonly FaultRow[] = [
  row("before submit response", "early", 1, "early, this job is done"),
  row("twice", "twice", 2, "this job is done; the same again"),
  row("late", "late", 1, "this job is done"),
  row("forged", "forged", 1, "not proven"),
  row("for another job", "foreign", 1, "another job"),
  row("[stale]", "stale", 1, "not proven"),
  row("[never]", "absent", 0, "nothing"),
];
