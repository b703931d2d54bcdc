import * as z from "zod";
import { pageOf } from "./page.ts";

/** A wallet now. All figures are whole credits. */
export const balance = z.object({
  available: z.int().meta({ description: "Free to spend." }),
  held: z.int().meta({ description: "Set aside for what is being made." }),
  posted: z.int().meta({ description: "Everything in the wallet, held included." }),
  lifetime_granted: z.int(),
  lifetime_spent: z.int(),
  subscription_tier: z.string(),
});
export type Balance = z.output<typeof balance>;

/** One movement of credits. */
export const movement = z.object({
  id: z.string(),
  kind: z.enum(["grant", "hold", "capture", "release", "refund", "expiry", "adjustment"]),
  amount: z.int().meta({ description: "Whole credits, never negative; the kind says which way." }),
  balance_after: z.int().nullable().meta({ description: "null for holds and releases: they move nothing." }),
  reason: z.string().nullable(),
  generation_id: z.uuid().nullable(),
  task_id: z.string().nullable(),
  operation: z.string().nullable(),
  created_at: z.iso.datetime({ offset: true }),
});
export type Movement = z.output<typeof movement>;
export const movementPage = pageOf(movement);
export type MovementPage = z.output<typeof movementPage>;

/** A price before it is asked for. Equals what would be held. */
export const quote = z.object({
  credits: z.int(),
  quote_id: z.uuid(),
  expires_at: z.iso.datetime({ offset: true }),
  breakdown: z.array(z.object({ label: z.string(), credits: z.int() })),
});
export type Quote = z.output<typeof quote>;
