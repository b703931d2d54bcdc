import { discardCopies, type ResolvedInput, resolveInputs } from "../assets/resolve-input.ts";
import type { Principal } from "../auth/port.ts";
import type { BffContext } from "../context.ts";
import { isAppError } from "../errors/app-error.ts";
import type { Rate } from "../limits/rate.ts";
import { suited } from "../operations/catalogue.ts";
import type { JsonObject } from "../shared/json.ts";
import { toCheckedFile } from "./checked-file.ts";
import { describeGeneration } from "./describe-generation.ts";
import { inputReferences } from "./input-references.ts";
import { moderate } from "./moderate.ts";
import { type ReadRequest, readRequest } from "./read-request.ts";
import { requestDigest } from "./request-digest.ts";

/** A request for a generation, after its body was read. */
export interface StartRequest {
  readonly principal: Principal;
  readonly operation: string;
  /** `task_id`, perhaps `provider` and `quote_id`, and the operation's own fields. */
  readonly body: JsonObject;
  readonly idempotencyKey?: string;
  /** Files that came with it: id → SHA-256. By it a repeat is known, which uploads them under other ids. */
  readonly fileHashes?: ReadonlyMap<string, string>;
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
  /** How its user stood towards the limit that counted it, then. Absent where none did. */
  readonly rate?: Rate;
}

/**
 * Starts a generation: everything is checked before the one SQL call that holds, writes and claims the key.
 *
 * Repeating it with the same idempotency key returns the first answer, also when its inputs are gone by then.
 *
 * @throws AppError `not_found`, `validation_failed`, `asset_url_not_allowed`, `asset_unusable`, `task_id_taken`,
 * `content_rejected`, `insufficient_credits`, `idempotency_key_reused`, `rate_limited`, `too_many_generations`,
 * `queue_full`, `quote_expired`.
 */
export async function startGeneration(context: BffContext, request: StartRequest): Promise<Started> {
  const { task_id: _taskId, quote_id: _quoteId, ...fields } = request.body;
  const userId = request.principal.userId;
  const digest = requestDigest(context.catalogue, request);
  const earlier = await replay(context, request, digest);
  if (earlier !== null) return earlier;

  const read = await readRequest(context, { userId, operation: request.operation, fields });
  const files = await resolveInputs(context, {
    userId,
    files: inputReferences(read.offer.operation, read.input),
  });
  let started: Started;
  try {
    const offer = suited(read.offer, read.input, files.map(toCheckedFile));
    await moderate(context, { ...read, userId, files });
    started = await writeAtListPrice(context, request, { ...read, offer, files, digest });
  } catch (error) {
    // Refused after all: nothing stays behind. Whether a database that went away has committed nobody knows.
    if (isAppError(error) && error.code !== "unavailable") await discardCopies(context, userId, files);
    throw error;
  }
  if (started.replayed) await discardCopies(context, userId, files);

  context.engine.wake(started.generation_id, 0);
  context.changes.tell(started.task_id);
  return started;
}

interface CheckedRequest extends ReadRequest {
  readonly files: readonly ResolvedInput[];
  readonly digest: string;
}

/** The list price may have changed since this process last read it: then it is asked once more, with the new one. */
async function writeAtListPrice(
  context: BffContext,
  request: StartRequest,
  checked: CheckedRequest,
): Promise<Started> {
  try {
    return await write(context, request, checked);
  } catch (error) {
    if (!isAppError(error, "price_changed")) throw error;
    context.costs.forget();
    return write(context, request, checked);
  }
}

/** The one transaction: key, task, limits, hold, generation, reserved outputs, first event. */
async function write(context: BffContext, request: StartRequest, checked: CheckedRequest): Promise<Started> {
  const userId = request.principal.userId;
  const sources = checked.files.map(({ copied: _copied, ...source }) => source);
  const described = await describeGeneration(context, checked, sources);
  const started = await context.database.call("genbff_start", {
    ...Object.fromEntries(Object.entries(described).map(([name, value]) => [`p_${name}`, value])),
    p_user_id: userId,
    p_wallet_id: await context.walletOf(userId),
    p_task_id: request.body.task_id ?? null,
    p_quote_id: request.body.quote_id ?? null,
    p_idempotency_key: request.idempotencyKey ?? null,
    p_digest: checked.digest,
    p_retry_of: request.retryOf ?? null,
  });
  return started as unknown as Started;
}

async function replay(context: BffContext, request: StartRequest, digest: string): Promise<Started | null> {
  if (request.idempotencyKey === undefined) return null;
  const earlier = await context.database.call("genbff_replay", {
    p_user_id: request.principal.userId,
    p_idempotency_key: request.idempotencyKey,
    p_digest: digest,
  });
  return earlier as unknown as Started | null;
}
