import * as z from "zod";
import { balance, movement } from "./credits.ts";
import { generationState } from "./generation.ts";
import { pageOf } from "./page.ts";
import { webhookEventTypes } from "./webhook-event.ts";

const time = z.iso.datetime({ offset: true });
/** A user's or a wallet's own name, as the team's tokens and `walletOf` give it. */
const name = z.string().regex(/^[^\p{Cc}\p{Cs}]{1,255}$/u);
const amount = z.int().min(1).meta({ description: "Whole credits." });
const reason = z
  .string()
  .min(1)
  .max(500)
  .regex(/\S/)
  .meta({ description: "Kept with the entry. The wallet's owner reads it in the history." });

/** `POST /admin/grant`. The source of such a lot is `operator`. */
export const adminGrant = z.strictObject({
  wallet_id: name,
  amount,
  reason,
  priority: z
    .int()
    .min(0)
    .max(1_000_000)
    .optional()
    .meta({ description: "Smaller burns first. Default 100." }),
  expires_in_ms: z
    .int()
    .min(1)
    .max(3_155_760_000_000)
    .optional()
    .meta({ description: "Default: it never ends." }),
});

/** `POST /admin/adjust` */
export const adminAdjust = z.strictObject({
  wallet_id: name,
  amount: z
    .int()
    .refine((credits) => credits !== 0, "Must not be 0.")
    .meta({ description: "Whole credits, up or down; never below what is available." }),
  reason,
});

/** `POST /admin/refund` */
export const adminRefund = z.strictObject({
  hold_id: z
    .uuid()
    .meta({ description: "The hold that was paid: `/admin/inspect` of a generation names it." }),
  amount,
  reason,
});

/** `POST /admin/inspect` */
export const adminInspect = z.strictObject({
  subject: z.enum(["user", "wallet", "generation"]),
  id: name,
});

/** `POST /admin/webhooks/send-again` */
export const adminSendWebhooksAgain = z.strictObject({
  event_ids: z
    .array(z.uuid())
    .min(1)
    .max(100)
    .meta({ description: "What is waiting already, and ids of nothing, are left alone." }),
});

/** What was set waiting by it. */
export const adminSentAgain = z.object({ sent_again: z.int() });

/** An event that the team's own server never took. */
export const givenUpWebhook = z.object({
  event_id: z.uuid().meta({ description: "Its `webhook-id`." }),
  type: z.enum(webhookEventTypes),
  about: z.string().meta({ description: "`task …` or `wallet …`." }),
  tries: z.int(),
  error: z.string().meta({ description: "Why the last try failed." }),
  created_at: time,
  given_up_at: time,
});

/** `GET /admin/webhooks` */
export const givenUpWebhookPage = pageOf(givenUpWebhook);

/** What a grant has come to. A repeat is told the same. */
export const adminGranted = z.object({
  transaction_id: z.int(),
  grant_id: z.int(),
  amount: z.int(),
  balance_after: z.int().meta({ description: "Everything in the wallet, held included." }),
});

/** What a correction has come to. */
export const adminAdjusted = z.object({ transaction_id: z.int(), amount: z.int() });

/** What a refund has come to. */
export const adminRefunded = z.object({
  transaction_id: z.int(),
  amount: z.int(),
  balance_after: z.int(),
});

const hold = z.object({
  hold_id: z.uuid(),
  state: z.enum(["open", "captured", "released", "expired"]),
  amount: z.int(),
  captured: z.int().nullable(),
  refunded: z.int(),
  generation_id: z.uuid().nullable(),
  external_reference: z.string().nullable(),
  expires_at: time.nullable(),
  created_at: time,
  settled_at: time.nullable(),
});

/** A user: whose credits they spend, and what they made lately. */
export const inspectedUser = z.object({
  subject: z.literal("user"),
  user_id: z.string(),
  wallet_id: z.string(),
  balance,
  tasks: z.int(),
  open_generations: z.int(),
  generations: z
    .array(
      z.object({
        generation_id: z.uuid(),
        task_id: z.string(),
        operation: z.string(),
        provider: z.string(),
        status: generationState,
        error: z.string().nullable(),
        charged: z.int(),
        created_at: time,
        completed_at: time.nullable(),
      }),
    )
    .meta({ description: "The newest 50 of the newest 50 tasks." }),
});

/** A wallet: its lots in the order in which they are spent, its newest holds and entries; 50 of each at most. */
export const inspectedWallet = z.object({
  subject: z.literal("wallet"),
  wallet_id: z.string(),
  balance,
  lots: z.array(
    z.object({
      grant_id: z.int(),
      source: z.string(),
      amount: z.int(),
      remaining: z.int(),
      held: z.int(),
      priority: z.int(),
      expires_at: time.nullable(),
      created_at: time,
    }),
  ),
  holds: z.array(hold),
  entries: z.array(
    z.object({
      transaction_id: z.int(),
      seq: z.int(),
      kind: movement.shape.kind.exclude(["hold", "release"]),
      amount: z.int().meta({ description: "Negative where credits left the wallet." }),
      balance_after: z.int(),
      reason: z.string().nullable(),
      actor: z.string().nullable(),
      grant_id: z.int().nullable(),
      hold_id: z.uuid().nullable(),
      created_at: time,
    }),
  ),
});

/** A generation with its books: what was sent to whom, what it cost us, and what came of it. */
export const inspectedGeneration = z.object({
  subject: z.literal("generation"),
  generation_id: z.uuid(),
  task_id: z.string(),
  user_id: z.string(),
  wallet_id: z.string(),
  parent_generation_id: z.uuid().nullable(),
  retry_of: z.uuid().nullable(),
  operation: z.string(),
  provider: z.string(),
  candidates: z.array(z.string()).meta({ description: "Who may be asked next, in order." }),
  status: generationState,
  step: z.string().nullable(),
  version: z.int(),
  cancel_requested: z.boolean(),
  attempt: z.int(),
  max_attempts: z.int(),
  retries: z.record(z.string(), z.int()).meta({ description: "Failed tries of each repeatable step." }),
  error: z.string().nullable(),
  failures: z.array(z.record(z.string(), z.json())),
  lease_owner: z.string().nullable(),
  lease_epoch: z.int(),
  lease_expires_at: time.nullable(),
  next_run_at: time.nullable(),
  deadline_at: time,
  created_at: time,
  started_at: time.nullable(),
  completed_at: time.nullable(),
  price: z.record(z.string(), z.json()),
  price_credits: z.int(),
  charged: z.int(),
  hold: hold.nullable(),
  attempts: z.array(
    z.object({
      attempt: z.int(),
      provider: z.string(),
      client_reference: z.uuid(),
      job_key: z.string().nullable().meta({ description: "The provider's own name of the job." }),
      outcome: z.string().nullable(),
      error: z.record(z.string(), z.json()).nullable(),
      cost: z.record(z.string(), z.json()).nullable().meta({ description: "What the provider charges us." }),
      intent_at: time.nullable(),
      created_at: time,
      finished_at: time.nullable(),
    }),
  ),
  orphans: z.array(
    z.object({
      orphan_id: z.int(),
      attempt: z.int(),
      provider: z.string(),
      job_key: z.string().nullable(),
      reason: z.string(),
      state: z.enum(["open", "adopted", "dismissed"]),
      created_at: time,
      resolved_at: time.nullable(),
    }),
  ),
  assets: z.array(
    z.object({
      asset_id: z.uuid(),
      index: z.int(),
      kind: z.enum(["image", "vector", "model"]),
      status: z.enum(["pending", "processing", "complete", "failed"]),
      content_type: z.string().nullable(),
      bytes: z.int().nullable(),
    }),
  ),
});

/** What `POST /admin/inspect` answers. */
export const inspected = z.discriminatedUnion("subject", [
  inspectedUser,
  inspectedWallet,
  inspectedGeneration,
]);
export type Inspected = z.output<typeof inspected>;
