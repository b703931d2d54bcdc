import * as z from "zod";
import { stylePresets } from "../../operations/style-presets.ts";
import type { RouteHandler } from "../call.ts";
import { json } from "../respond.ts";

const styles = Object.entries(stylePresets).map(([style, { title }]) => ({ style, title }));

/** `GET /operations`: what can be asked of whom, and what it costs now. */
export const operations: RouteHandler<"operations"> = async ({ context }) => {
  const costs = await context.costs.all();
  const entries = context.catalogue.list().map(({ operation, offers, providerOptional }) => ({
    operation: operation.name,
    title: operation.title,
    output: typeof operation.output === "string" ? operation.output : "json",
    input: toJsonSchema(operation.schema),
    provider_optional: providerOptional,
    providers: offers.map((offer) => {
      const cost = costs[offer.priceKey];
      return {
        provider: offer.providerKey,
        parameters: toJsonSchema(offer.parameters),
        price: {
          credits: cost?.credits ?? 0,
          per: cost?.per ?? "call",
          multipliers: cost?.multipliers ?? {},
        },
      };
    }),
  }));
  return json(200, { operations: entries, styles });
};

function toJsonSchema(schema: z.ZodType) {
  return z.toJSONSchema(schema, { io: "input", unrepresentable: "any" });
}
