import { createHash, randomUUID } from "node:crypto";
import { endMsOf } from "../../jobs/job-clock.ts";
import { createWebhookSender, isEarly, type WebhookFacts, type WebhookPlan } from "../../webhooks/sender.ts";
import type { World } from "../vendor.ts";
import type { Answers } from "./answers.ts";
import { isFailure, isOver, type Outcomes, standing } from "./outcome.ts";
import type { SigningKeys } from "./signing-keys.ts";
import type { FalStore, RequestRecord } from "./store.ts";

/** Tells the customer how requests ended, at the address that came with the submit. */
export interface FalWebhooks {
  /** To be called once a request is kept; resolves at once but for a webhook that overtakes the answer. */
  announce(record: RequestRecord, url: string): Promise<void>;
}

// Ten more deliveries within two hours.
const retryDelaysMs = [1, 5, 15, 60, 180, 300, 600, 1200, 1800, 2700].map((seconds) => seconds * 1000);

/**
 * Signs as the vendor does: Ed25519 over request id, user id, time and the hash of the body.
 *
 * Variants of `odd_webhook` of its own: `rotated` is signed by a key that is listed only from then on; `retried` has
 * another `gateway_request_id`, as after a retry in the vendor's house; `payload_error` has no payload.
 */
export function createFalWebhooks(
  world: World,
  store: FalStore,
  outcomes: Outcomes,
  keys: SigningKeys,
  answers: Answers,
): FalWebhooks {
  const sender = createWebhookSender(world, {
    vendor: "fal",
    retryDelaysMs,
    timeoutMs: 15_000,
    body: (plan) => bodyOf(plan),
    headers: (body, facts) => headersOf(body, facts, store, keys),
  });

  async function bodyOf({ job_id: request_id, fault }: WebhookPlan): Promise<unknown> {
    const record = store.request(request_id);
    if (!record) return undefined;
    const { phase } = standing(record, world.now());
    // What the customer has cancelled is not told.
    if (phase === "cancelled" && record.cancelled_ms !== undefined) return undefined;
    if (!isOver({ phase })) return undefined;
    const gateway_request_id = fault?.variant === "retried" ? randomUUID() : request_id;
    const ids = { request_id, gateway_request_id };
    const result = await outcomes.result(record);
    if (isFailure(result)) {
      const error = `Unexpected status code: ${result.status}`;
      return { ...ids, status: "ERROR", error: answers.said(error), payload: answers.body(result) };
    }
    if (fault?.variant === "payload_error") {
      const payload_error = answers.said("Response payload is not JSON serializable");
      return { ...ids, status: "OK", payload: null, payload_error };
    }
    return { ...ids, status: "OK", payload: result };
  }

  return {
    async announce(record, url) {
      const { fate } = record;
      const plan: WebhookPlan = {
        id: record.request_id,
        job_id: record.request_id,
        event: "completed",
        url,
        due_ms: endMsOf(record),
        ...(fate?.kind === "odd_webhook" ? { fault: fate } : {}),
      };
      if (isEarly(fate)) await sender.sendNow(plan);
      else sender.schedule(plan);
    },
  };
}

function headersOf(
  body: string,
  { plan, timestamp, forged }: WebhookFacts,
  store: FalStore,
  keys: SigningKeys,
): Record<string, string> {
  const user = store.request(plan.job_id)?.owner ?? "";
  const hash = createHash("sha256").update(body).digest("hex");
  const message = [plan.id, user, timestamp, hash].join("\n");
  const by = forged ? "forged" : plan.fault?.variant === "rotated" ? "rotated" : "current";
  return {
    "x-fal-webhook-request-id": plan.id,
    "x-fal-webhook-user-id": user,
    "x-fal-webhook-timestamp": String(timestamp),
    "x-fal-webhook-signature": keys.sign(message, by),
  };
}
