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

export const ticket = z.object({ ticket: z.string(), expires_at: z.iso.datetime({ offset: true }) });
