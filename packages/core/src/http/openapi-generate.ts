import { routes } from "../contract/routes.ts";
import type { CatalogueEntry, Offer } from "../operations/catalogue.ts";
import { bodyOf, type OpenApiOperation, type Schema, schemaOf } from "./openapi-parts.ts";

/** The generate route once for each operation, because each takes something else. */
export function describeGenerate(
  route: OpenApiOperation,
  entries: readonly CatalogueEntry[],
): Record<string, OpenApiOperation> {
  return Object.fromEntries(
    entries.map((entry) => {
      const { name, title } = entry.operation;
      const described: OpenApiOperation = {
        ...route,
        operationId: `generate_${name.replaceAll("-", "_")}`,
        summary: title,
        parameters: [],
        requestBody: bodyOf(routes.generate, requestOf(entry)),
      };
      return [routes.generate.path.replace("{operation}", name), described];
    }),
  );
}

/** One alternative for each provider, and where it may be left out, one for none. */
function requestOf(entry: CatalogueEntry): Schema {
  const byProvider = entry.offers.map((offer) => withOwn(schemaOf(offer.schema, "input"), offer));
  const single = entry.offers.length === 1;
  const unnamed = single ? entry.offers[0]?.schema : entry.operation.schema;
  if (!entry.providerOptional || unnamed === undefined) return { anyOf: byProvider };
  return { anyOf: [...byProvider, withOwn(schemaOf(unnamed, "input"))] };
}

/** The operation's own fields, and those that every request has. */
function withOwn(schema: Schema, offer?: Offer): Schema {
  const { task_id: taskId, quote_id: quoteId } = schemaOf(routes.generate.body, "input").properties as Schema;
  const required = [
    ...((schema.required as string[] | undefined) ?? []),
    "task_id",
    ...(offer ? ["provider"] : []),
  ];
  const provider = offer ? { provider: { const: offer.providerKey } } : {};
  return {
    ...schema,
    properties: {
      task_id: taskId,
      ...provider,
      quote_id: quoteId,
      ...(schema.properties as object | undefined),
    },
    required,
  };
}
