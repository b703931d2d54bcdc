import {
  adminAdjust,
  adminAdjusted,
  adminGrant,
  adminGranted,
  adminInspect,
  adminRefund,
  adminRefunded,
  adminSendWebhooksAgain,
  adminSentAgain,
  givenUpWebhookPage,
  inspected,
} from "./admin.ts";
import { movementHeaders } from "./headers.ts";
import type { Route } from "./routes.ts";
import { listQuery } from "./task.ts";

/** Of what moves a wallet's credits. */
const ofMovements = [
  "validation_failed",
  "invalid_amount",
  "invalid_idempotency_key",
  "idempotency_key_reused",
  "idempotency_in_progress",
] as const;

/** What only operators may ask for. */
export const adminRoutes = {
  adminGrant: {
    method: "POST",
    path: "/admin/grant",
    summary: "Add credits to a wallet",
    auth: "admin",
    headers: movementHeaders,
    body: adminGrant,
    takes: ["application/json"],
    answers: { 200: adminGranted },
    errors: [...ofMovements],
  },
  adminAdjust: {
    method: "POST",
    path: "/admin/adjust",
    summary: "Correct a wallet, up or down",
    auth: "admin",
    headers: movementHeaders,
    body: adminAdjust,
    takes: ["application/json"],
    answers: { 200: adminAdjusted },
    errors: [...ofMovements, "insufficient_credits"],
  },
  adminRefund: {
    method: "POST",
    path: "/admin/refund",
    summary: "Give back what a hold has paid",
    auth: "admin",
    headers: movementHeaders,
    body: adminRefund,
    takes: ["application/json"],
    answers: { 200: adminRefunded },
    errors: [...ofMovements, "not_found", "refund_exceeds_capture"],
  },
  adminInspect: {
    method: "POST",
    path: "/admin/inspect",
    summary: "What the books say of a user, a wallet or a generation",
    auth: "admin",
    body: adminInspect,
    takes: ["application/json"],
    answers: { 200: inspected },
    errors: ["validation_failed", "not_found"],
  },
  adminWebhooks: {
    method: "GET",
    path: "/admin/webhooks",
    summary: "Outgoing webhooks that were given up, newest first",
    auth: "admin",
    query: listQuery,
    answers: { 200: givenUpWebhookPage },
    errors: ["validation_failed"],
  },
  adminSendWebhooksAgain: {
    method: "POST",
    path: "/admin/webhooks/send-again",
    summary: "Send outgoing webhooks that were given up once more",
    auth: "admin",
    body: adminSendWebhooksAgain,
    takes: ["application/json"],
    answers: { 200: adminSentAgain },
    errors: ["validation_failed"],
  },
} as const satisfies Record<string, Route>;
