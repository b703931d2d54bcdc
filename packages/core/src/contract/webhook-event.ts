import * as z from "zod";
import { movement } from "./credits.ts";
import { generationStatus } from "./generation.ts";

/** What the team's own server can be told: the end of a generation, and every movement of credits. */
export const webhookEventTypes = [
  "generation.complete",
  "generation.failed",
  "generation.cancelled",
  "credits.grant",
  "credits.capture",
  "credits.refund",
  "credits.expiry",
  "credits.adjustment",
] as const;
export type WebhookEventType = (typeof webhookEventTypes)[number];

const timestamp = z.iso
  .datetime({ offset: true })
  .meta({ description: "When it became true; the time of the sending is a header." });

/** A generation has ended. `data` is the body of its status, and whose it is. */
export const generationWebhook = z.object({
  type: z.enum(["generation.complete", "generation.failed", "generation.cancelled"]),
  timestamp,
  data: generationStatus.extend({ user_id: z.string() }),
});

/** Credits have moved. `data` is the movement as the history shows it, and whose it is. */
export const creditsWebhook = z.object({
  type: z.enum([
    "credits.grant",
    "credits.capture",
    "credits.refund",
    "credits.expiry",
    "credits.adjustment",
  ]),
  timestamp,
  data: movement.extend({
    wallet_id: z.string(),
    seq: z.int().meta({ description: "The wallet's movements, counted from 1 without a gap." }),
    balance_before: z.int(),
    balance_after: z.int(),
  }),
});

/** The body of an outgoing webhook. */
export const webhookEvent = z.discriminatedUnion("type", [generationWebhook, creditsWebhook]);
export type WebhookEvent = z.output<typeof webhookEvent>;
