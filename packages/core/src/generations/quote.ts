import type { Principal } from "../auth/port.ts";
import type { BffContext } from "../context.ts";
import { type PriceLine, priceLines } from "../credits/price.ts";
import type { JsonObject, JsonValue } from "../shared/json.ts";
import { priceOf, readRequest } from "./read-request.ts";

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
  const read = await readRequest(context, {
    userId: request.principal.userId,
    operation: request.operation,
    fields,
    asked: (schema) => schema.partial(),
  });
  const agreed = await priceOf(context, read);
  const quote = await context.database.call("genbff_quote", {
    p_user_id: request.principal.userId,
    p_operation: read.offer.operation.name,
    p_provider: read.offer.providerKey,
    p_price: agreed as unknown as JsonValue,
    p_valid_ms: context.limits.quoteMs,
  });
  return { ...(quote as unknown as Omit<QuotedPrice, "breakdown">), breakdown: priceLines(agreed) };
}
