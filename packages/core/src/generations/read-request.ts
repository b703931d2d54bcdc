import type * as z from "zod";
import type { BffContext } from "../context.ts";
import { type Price, price } from "../credits/price.ts";
import { parseOrRefuse, validationFailed } from "../errors/validation-failed.ts";
import type { Offer } from "../operations/catalogue.ts";
import type { JsonObject } from "../shared/json.ts";

/** What is asked, and of whom. */
export interface ReadRequest {
  readonly offer: Offer;
  /** Validated, with defaults filled in. */
  readonly input: JsonObject;
}

/**
 * Which pair is asked, and with what: the body against the strict schema of exactly that pair.
 *
 * @param asked - Loosens the schema where the request need not be finished, as for a quote.
 * @throws AppError `not_found` - no such operation.
 * @throws AppError `validation_failed` - with a JSON pointer for each field.
 */
export function readRequest(
  context: BffContext,
  operation: string,
  fields: JsonObject,
  asked: (schema: z.ZodObject) => z.ZodObject = (schema) => schema,
): ReadRequest {
  const { provider, ...own } = fields;
  if (provider !== undefined && typeof provider !== "string")
    throw validationFailed([{ pointer: "/provider", message: "Must be a text." }]);
  const offer = context.catalogue.offer(operation, provider);
  return { offer, input: parseOrRefuse(asked(offer.schema), own) as JsonObject };
}

/** The price of a request by the list that this process knows; SQL compares its version. */
export async function priceOf(context: BffContext, { offer, input }: ReadRequest): Promise<Price> {
  return price(await context.costs.of(offer.priceKey), input, offer.outputsOf(input));
}
