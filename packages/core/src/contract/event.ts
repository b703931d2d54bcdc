import * as z from "zod";
import { balance } from "./credits.ts";
import { generationStatus } from "./generation.ts";

/** `event: generation` of a stream: what is true of one generation at this version. */
export const generationEvent = generationStatus;
export type GenerationEvent = z.output<typeof generationEvent>;

/** `event: balance`: the wallet after a hold was made or settled. */
export const balanceEvent = balance;

export const ticket = z.object({ ticket: z.string(), expires_at: z.iso.datetime({ offset: true }) });
