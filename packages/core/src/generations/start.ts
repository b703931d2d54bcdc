import type * as z from "zod";
import { type ResolvedInput, resolveInputs } from "../assets/resolve-input.ts";
import type { Principal } from "../auth/port.ts";
import type { BffContext } from "../context.ts";
import { type Price, type PriceLine, price, priceLines } from "../credits/price.ts";
import { isAppError } from "../errors/app-error.ts";
import { parseOrRefuse, validationFailed } from "../errors/validation-failed.ts";
import type { Offer } from "../operations/catalogue.ts";
import { applyStyle, stylePresetsVersion } from "../operations/style-presets.ts";
import type { CheckedFile } from "../providers/define-provider.ts";
import { digestOf } from "../shared/digest.ts";
import type { JsonObject, JsonValue } from "../shared/json.ts";
import { inputReferences } from "./input-references.ts";

/** A request for a generation, after its body was read. */
export interface StartRequest {
  readonly principal: Principal;
  readonly operation: string;
  /** `task_id`, perhaps `provider` and `quote_id`, and the operation's own fields. */
  readonly body: JsonObject;
  readonly idempotencyKey?: string;
  /** What the idempotency digest is made of, where it is not the body: uploaded files by their hash. */
  readonly digestBody?: JsonObject;
  /** The generation that this one repeats. */
  readonly retryOf?: string;
}

/** A generation that was started, now or by an earlier request with the same key. */
export interface Started {
  readonly task_id: string;
  readonly generation_id: string;
  readonly status: "pending";
  /** Credits set aside. */
  readonly held: number;
  readonly replayed: boolean;
}

/**
 * Starts a generation: everything is checked before the one SQL call that holds, writes and claims the key.
 *
 * Repeating it with the same idempotency key returns the first answer, also when its inputs are gone by then.
 *
 * @throws AppError `not_found`, `validation_failed`, `asset_url_not_allowed`, `asset_unusable`, `task_id_taken`,
 * `insufficient_credits`, `idempotency_key_reused`, `too_many_generations`, `queue_full`, `quote_expired`.
 */
export async function startGeneration(context: BffContext, request: StartRequest): Promise<Started> {
  const { task_id: taskId, quote_id: quoteId = null, ...fields } = request.body;
  const userId = request.principal.userId;
  const digest = await digestOf([
    "generate",
    request.operation,
    request.digestBody ?? request.body,
    request.retryOf ?? null,
  ]);
  const earlier =
    request.idempotencyKey === undefined
      ? null
      : await replay(context, userId, request.idempotencyKey, digest);
  if (earlier !== null) return earlier;

  const { offer, input } = readRequest(context, request.operation, fields);
  const files = await resolveInputs(context, { userId, files: inputReferences(offer.operation, input) });
  offer.check(input, files.map(toCheckedFile));
  const outputs = offer.outputsOf(input);

  const start = async () => {
    const started = await context.database.call("genbff_start", {
      p_user_id: userId,
      p_wallet_id: await context.walletOf(userId),
      p_task_id: taskId as string,
      p_operation: offer.operation.name,
      p_provider: offer.providerKey,
      p_input: input,
      p_sources: files as unknown as JsonValue,
      p_prompt: styledPrompt(offer, input) ?? null,
      p_style: typeof input.style === "string" ? input.style : null,
      p_style_version: stylePresetsVersion,
      p_output_kind: typeof offer.operation.output === "string" ? offer.operation.output : "json",
      p_outputs: outputs,
      p_price: (await priceOf(context, offer, input, outputs)) as unknown as JsonValue,
      p_quote_id: quoteId,
      p_idempotency_key: request.idempotencyKey ?? null,
      p_digest: digest,
      p_retry_of: request.retryOf ?? null,
      p_limits: {
        open_generations_per_user: context.limits.openGenerationsPerUser,
        queue_depth: context.limits.queueDepth,
        attempts: context.limits.attempts,
        deadline_ms: context.limits.deadlineMs,
      },
    });
    return started as unknown as Started;
  };
  const started = await start().catch((error: unknown) => {
    // The list price changed since this process last read it: ask once more with the new one.
    if (!isAppError(error, "price_changed")) throw error;
    context.costs.forget();
    return start();
  });

  context.engine.wake(started.generation_id, 0);
  context.changes.tell(started.task_id);
  return started;
}

/** A price, promised for a while. */
export interface QuotedPrice {
  readonly credits: number;
  readonly quote_id: string;
  readonly expires_at: string;
  readonly breakdown: readonly PriceLine[];
}

/**
 * The price of a request before it is asked for. The body may be unfinished: a price depends on
 * parameters, never on words or files.
 *
 * @throws AppError `not_found`, `validation_failed`.
 */
export async function quoteGeneration(
  context: BffContext,
  request: { principal: Principal; operation: string; body: JsonObject },
): Promise<QuotedPrice> {
  const { task_id: _taskId, quote_id: _quoteId, ...fields } = request.body;
  const { offer, input } = readRequest(context, request.operation, fields, (schema) => schema.partial());
  const agreed = await priceOf(context, offer, input, offer.outputsOf(input));
  const quote = await context.database.call("genbff_quote", {
    p_user_id: request.principal.userId,
    p_operation: offer.operation.name,
    p_provider: offer.providerKey,
    p_price: agreed as unknown as JsonValue,
    p_valid_ms: context.limits.quoteMs,
  });
  return { ...(quote as unknown as Omit<QuotedPrice, "breakdown">), breakdown: priceLines(agreed) };
}

function toCheckedFile({
  field,
  content_type: contentType,
  bytes,
  width,
  height,
}: ResolvedInput): CheckedFile {
  return { field, contentType, bytes, width, height };
}

/** Which pair is asked, and with what: the body against the strict schema of exactly that pair. */
function readRequest(
  context: BffContext,
  operation: string,
  fields: JsonObject,
  asked: (schema: z.ZodObject) => z.ZodObject = (schema) => schema,
): { offer: Offer; input: JsonObject } {
  const { provider, ...own } = fields;
  if (provider !== undefined && typeof provider !== "string")
    throw validationFailed([{ pointer: "/provider", message: "Must be a text." }]);
  const offer = context.catalogue.offer(operation, provider);
  return { offer, input: parseOrRefuse(asked(offer.schema), own) as JsonObject };
}

async function replay(
  context: BffContext,
  userId: string,
  key: string,
  digest: string,
): Promise<Started | null> {
  const earlier = await context.database.call("genbff_replay", {
    p_user_id: userId,
    p_idempotency_key: key,
    p_digest: digest,
  });
  return earlier as unknown as Started | null;
}

async function priceOf(
  context: BffContext,
  offer: Offer,
  input: JsonObject,
  outputs: number,
): Promise<Price> {
  return price(await context.costs.of(offer.priceKey), input, outputs);
}

function styledPrompt(offer: Offer, input: JsonObject): string | undefined {
  const prompt = offer.operation.promptOf(input);
  const { output } = offer.operation;
  return typeof output === "string" ? applyStyle(prompt, input.style as string | undefined, output) : prompt;
}
