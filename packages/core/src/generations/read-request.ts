import type * as z from "zod";
import type { BffContext } from "../context.ts";
import { type Price, price } from "../credits/price.ts";
import { parseOrRefuse, validationFailed } from "../errors/validation-failed.ts";
import type { Offer } from "../operations/catalogue.ts";
import type { JsonObject } from "../shared/json.ts";
import { type FoundDraft, findDrafts, providerOf, usableDrafts } from "./drafts.ts";
import type { GenerationDraft } from "./work-order.ts";

/** What is asked, and of whom. */
export interface ReadRequest {
  readonly offer: Offer;
  /** Validated, with defaults filled in. */
  readonly input: JsonObject;
  readonly drafts: readonly GenerationDraft[];
}

/** A request before it is read. */
export interface RequestToRead {
  readonly userId: string;
  readonly operation: string;
  /** Perhaps `provider`, and the operation's own fields. */
  readonly fields: JsonObject;
  /** Loosens the schema where the request need not be finished, as for a quote. */
  readonly asked?: (schema: z.ZodObject) => z.ZodObject;
  /** The generation that is just being completed and may be named as a draft. */
  readonly parent?: FoundDraft;
}

/**
 * Which pair is asked, and with what: the body against the strict schema of exactly that pair. A draft decides who is
 * asked where the request does not.
 *
 * @throws AppError `not_found` - no such operation, or a draft that is not the user's.
 * @throws AppError `validation_failed` - with a JSON pointer for each field.
 */
export async function readRequest(context: BffContext, request: RequestToRead): Promise<ReadRequest> {
  const { provider, ...own } = request.fields;
  if (provider !== undefined && typeof provider !== "string")
    throw validationFailed([{ pointer: "/provider", message: "Must be a text." }]);
  const named = await findDrafts(context, { ...request, fields: own });
  const offer = context.catalogue.offer(request.operation, provider ?? providerOf(context, request, named));
  const schema = request.asked?.(offer.schema) ?? offer.schema;
  return { offer, input: parseOrRefuse(schema, own) as JsonObject, drafts: usableDrafts(offer, named) };
}

/** The price of a request by the list that this process knows; SQL compares its version. */
export async function priceOf(context: BffContext, { offer, input }: ReadRequest): Promise<Price> {
  return price(await context.costs.of(offer.priceKey), input, offer.outputsOf(input));
}
