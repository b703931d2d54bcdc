import { quoteGeneration } from "../../generations/quote.ts";
import type { JsonObject } from "../../shared/json.ts";
import type { RouteHandler } from "../call.ts";
import { toIso } from "../present-generation.ts";
import { json } from "../respond.ts";

/** `POST /quotes`: the body of a generate request, and the operation's name. */
export const quotes: RouteHandler<"quotes"> = async ({ context, caller, body }) => {
  const { operation, ...request } = body;
  const quote = await quoteGeneration(context, { principal: caller, operation, body: request as JsonObject });
  return json(200, { ...quote, expires_at: toIso(quote.expires_at) });
};
