import * as z from "zod";
import { adminRoutes } from "./admin-routes.ts";
import { balance, movementPage, quote } from "./credits.ts";
import { diagnosticRoutes } from "./diagnostics.ts";
import type { ErrorCode } from "./error-codes.ts";
import { ticket } from "./event.ts";
import { cancelled, generationCreated, generationStatus, taskId } from "./generation.ts";
import { startHeaders, streamHeaders } from "./headers.ts";
import { operationList } from "./operation.ts";
import { signInRoutes } from "./sign-in-routes.ts";
import { listQuery, taskPage, taskTree } from "./task.ts";
import { uploadComplete, uploadForm, uploadRequest, uploadReserved } from "./upload.ts";

/** One route: the only place that says what it takes, what it answers and how it fails. */
export interface Route {
  readonly method: "GET" | "POST" | "PUT";
  /** Without `basePath`; `{name}` marks a parameter. */
  readonly path: string;
  readonly summary: string;
  readonly auth: "user" | "none" | "signature" | "user-or-ticket" | "admin";
  readonly params?: z.ZodObject;
  readonly query?: z.ZodObject;
  /** Headers of its own, for whoever reads the contract; what reads them checks them. */
  readonly headers?: z.ZodObject;
  readonly body?: z.ZodType;
  /** A form's fields, where they are not the body's. */
  readonly form?: z.ZodObject;
  /** Content types of the request body; the first is the usual one. */
  readonly takes?: readonly ("application/json" | "multipart/form-data" | "*/*")[];
  readonly bodyBytesMax?: number;
  /** Status → schema; `null` where the body is not JSON. */
  readonly answers: Readonly<Record<number, z.ZodType | null>>;
  /** Content type of answers that are not JSON. */
  readonly answerType?: string;
  /** Codes beyond those of every route. */
  readonly errors: readonly ErrorCode[];
}

const route = <const R extends Route>(definition: R): R => definition;
/** A generation's, a task's or a file's id. Anything else names nothing, and is answered as not found. */
const id = z.object({ id: taskId });
const json = ["application/json"] as const;
const jsonOrForm = ["application/json", "multipart/form-data"] as const;
const waitS = z.coerce.number().int().min(0).max(20);
/** A body of an operation: its fields depend on the operation and the provider, so the catalogue validates it. */
const operationBody = z.looseObject({
  task_id: taskId,
  provider: z.string().optional(),
  quote_id: z.uuid().optional(),
});

/** Of what starts a generation. */
const ofStarts = [
  "validation_failed",
  "asset_url_not_allowed",
  "asset_unusable",
  "asset_expired",
  "upload_failed",
  "content_rejected",
  "insufficient_credits",
  "invalid_idempotency_key",
  "idempotency_key_reused",
  "idempotency_in_progress",
  "rate_limited",
  "too_many_generations",
  "queue_full",
  "price_changed",
] as const;

export const jsonBytesMax = 1_000_000;
export const formBytesMax = 50_000_000;

/** Every route of the BFF. Routing, validation, types and OpenAPI are made from this. */
export const routes = {
  generate: route({
    method: "POST",
    path: "/generate/{operation}",
    summary: "Start a generation",
    auth: "user",
    params: z.object({ operation: z.string().regex(/^[A-Za-z0-9_.-]{1,128}$/) }),
    headers: startHeaders,
    body: operationBody,
    takes: jsonOrForm,
    bodyBytesMax: formBytesMax,
    answers: { 200: generationStatus, 202: generationCreated },
    errors: [...ofStarts, "task_id_taken", "quote_expired"],
  }),
  status: route({
    method: "GET",
    path: "/tasks/{id}/status",
    summary: "What is true of a generation, or of a task's newest, now",
    auth: "user",
    params: id,
    query: z.strictObject({
      service: z.string().min(1).max(64).optional(),
      wait: waitS.optional(),
      version: z.coerce.number().int().min(0).optional(),
    }),
    answers: { 200: generationStatus },
    errors: ["not_found", "validation_failed"],
  }),
  events: route({
    method: "GET",
    path: "/tasks/{id}/events",
    summary: "Server-sent events of a generation or of a whole task",
    auth: "user-or-ticket",
    params: id,
    query: z.strictObject({ ticket: z.string().max(2048).optional() }),
    headers: streamHeaders,
    /** 204: `Last-Event-ID` was the last event there will ever be. */
    answers: { 200: null, 204: null },
    answerType: "text/event-stream",
    errors: ["not_found", "validation_failed", "rate_limited"],
  }),
  eventsTicket: route({
    method: "POST",
    path: "/tasks/{id}/events/ticket",
    summary: "A ticket for the stream, where headers cannot be set",
    auth: "user",
    params: id,
    answers: { 201: ticket },
    errors: ["not_found"],
  }),
  tasks: route({
    method: "GET",
    path: "/tasks",
    summary: "My tasks, newest first",
    auth: "user",
    query: listQuery,
    answers: { 200: taskPage },
    errors: ["validation_failed"],
  }),
  task: route({
    method: "GET",
    path: "/tasks/{id}",
    summary: "One task with its generations and assets",
    auth: "user",
    params: id,
    answers: { 200: taskTree },
    errors: ["not_found"],
  }),
  cancel: route({
    method: "POST",
    path: "/generations/{id}/cancel",
    summary: "Stop a generation",
    auth: "user",
    params: id,
    answers: { 200: cancelled },
    errors: ["not_found", "not_cancellable"],
  }),
  retry: route({
    method: "POST",
    path: "/generations/{id}/retry",
    summary: "Start a new generation with the same input",
    auth: "user",
    params: id,
    headers: startHeaders,
    answers: { 200: generationStatus, 202: generationCreated },
    errors: [...ofStarts, "not_retryable"],
  }),
  quotes: route({
    method: "POST",
    path: "/quotes",
    summary: "The price before it is asked for",
    auth: "user",
    body: z.looseObject({ operation: z.string().min(1).max(128), provider: z.string().optional() }),
    takes: json,
    answers: { 200: quote },
    errors: ["not_found"],
  }),
  uploads: route({
    method: "POST",
    path: "/uploads",
    summary: "Upload an input, or reserve a signed PUT",
    auth: "user",
    body: uploadRequest,
    form: uploadForm,
    takes: jsonOrForm,
    bodyBytesMax: formBytesMax,
    answers: { 201: z.union([uploadReserved, uploadComplete]) },
    errors: ["asset_unusable", "upload_failed", "task_id_taken", "rate_limited"],
  }),
  uploadComplete: route({
    method: "POST",
    path: "/uploads/{id}/complete",
    summary: "Check an uploaded object now",
    auth: "user",
    params: id,
    answers: { 200: uploadComplete },
    errors: ["not_found", "asset_unusable"],
  }),
  assetUrl: route({
    method: "GET",
    path: "/assets/{id}/url",
    summary: "A fresh signed URL",
    auth: "user",
    params: id,
    answers: {
      200: z.object({ asset_url: z.string(), expires_at: z.iso.datetime({ offset: true }).nullable() }),
    },
    errors: ["not_found", "asset_expired"],
  }),
  operations: route({
    method: "GET",
    path: "/operations",
    summary: "The catalogue with parameters and prices",
    auth: "user",
    answers: { 200: operationList },
    errors: [],
  }),
  balance: route({
    method: "GET",
    path: "/credits/balance",
    summary: "My wallet",
    auth: "user",
    answers: { 200: balance },
    errors: [],
  }),
  history: route({
    method: "GET",
    path: "/credits/history",
    summary: "My movements, newest first",
    auth: "user",
    query: listQuery,
    answers: { 200: movementPage },
    errors: ["validation_failed"],
  }),
  ...signInRoutes,
  ...adminRoutes,
  health: route({
    method: "GET",
    path: "/health",
    summary: "The process lives",
    auth: "none",
    answers: { 200: z.object({ status: z.literal("ok") }) },
    errors: [],
  }),
  ready: route({
    method: "GET",
    path: "/ready",
    summary: "Database and storage answer",
    auth: "none",
    answers: {
      200: z.object({ status: z.literal("ready") }),
      503: z.object({ status: z.literal("unavailable"), failing: z.array(z.string()) }),
    },
    errors: [],
  }),
  ...diagnosticRoutes,
  openapi: route({
    method: "GET",
    path: "/openapi.json",
    summary: "This contract as OpenAPI 3.1",
    auth: "none",
    answers: { 200: null },
    answerType: "application/json",
    errors: [],
  }),
  readFile: route({
    method: "GET",
    path: "/files/{key}",
    summary: "A stored file, by its signed URL",
    auth: "signature",
    answers: { 200: null, 206: null, 304: null, 416: null },
    answerType: "*/*",
    errors: ["invalid_signature", "not_found"],
  }),
  writeFile: route({
    method: "PUT",
    path: "/files/{key}",
    summary: "Upload by a signed URL",
    auth: "signature",
    takes: ["*/*"],
    bodyBytesMax: 150_000_000,
    answers: { 204: null },
    errors: [
      "invalid_signature",
      "payload_too_large",
      "unsupported_media_type",
      "validation_failed",
      "request_timeout",
    ],
  }),
  webhook: route({
    method: "POST",
    path: "/webhooks/{provider}/{secret}",
    summary: "A provider tells that a job has moved",
    auth: "signature",
    takes: ["*/*"],
    bodyBytesMax: 1_000_000,
    answers: { 200: z.object({ received: z.literal(true) }) },
    errors: ["invalid_signature", "payload_too_large", "request_timeout"],
  }),
} as const;

export type RouteName = keyof typeof routes;
