import * as z from "zod";
import { balance } from "./credits.ts";
import { generationStatus, preview } from "./generation.ts";

/** `event: generation` of a stream: what is true of one generation at this version. */
export const generationEvent = generationStatus;
export type GenerationEvent = z.output<typeof generationEvent>;

/**
 * `event: preview`: this version of the generation shows an unfinished picture of one output, and nothing else of it has
 * changed. Always a URL, never the bytes.
 */
export const previewEvent = preview.extend(
  generationStatus.pick({ task_id: true, generation_id: true, version: true }).shape,
);
export type PreviewEvent = z.output<typeof previewEvent>;

/** `event: balance`: the wallet after a hold was made or settled. */
export const balanceEvent = balance;

/** `event: tick` of `GET /diagnostics/stream`. Arriving long after `sent_at`, or several at once: something on the way holds them back. */
export const tickEvent = z.object({
  tick: z.int().min(1),
  of: z.int(),
  sent_at: z.iso.datetime({ offset: true }),
});
export type TickEvent = z.output<typeof tickEvent>;

export const ticket = z.object({ ticket: z.string(), expires_at: z.iso.datetime({ offset: true }) });
