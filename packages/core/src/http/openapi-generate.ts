import { routes } from "../contract/routes.ts";
import type { CatalogueEntry, Offer } from "../operations/catalogue.ts";
import type { InputFileField } from "../operations/define-operation.ts";
import { binary, bodyOf, type OpenApiOperation, propertiesOf } from "./openapi-parts.ts";
import { type Schema, schemaOf } from "./openapi-schema.ts";

/** The generate route once for each operation, because each takes something else. */
export function describeGenerate(
  route: OpenApiOperation,
  entries: readonly CatalogueEntry[],
): Record<string, OpenApiOperation> {
  return Object.fromEntries(
    entries.map((entry) => {
      const { name, title, files } = entry.operation;
      const asked = alternativesOf(entry);
      const described: OpenApiOperation = {
        ...route,
        operationId: `generate_${name.replaceAll("-", "_")}`,
        summary: title,
        parameters: route.parameters.filter((parameter) => !("in" in parameter && parameter.in === "path")),
        requestBody: bodyOf(
          routes.generate,
          { anyOf: asked },
          { anyOf: asked.map((schema) => toForm(schema, files)) },
        ),
      };
      return [routes.generate.path.replace("{operation}", name), described];
    }),
  );
}

/** The quotes route: a request of any operation, which need not be finished. */
export function describeQuotes(
  route: OpenApiOperation,
  entries: readonly CatalogueEntry[],
): OpenApiOperation {
  const asked = entries.flatMap((entry) =>
    alternativesOf(entry).map((schema) => ({
      ...schema,
      properties: { operation: { const: entry.operation.name }, ...propertiesOf(schema) },
      required: ["operation", ...requiredOf(schema).filter((name) => name === "provider")],
    })),
  );
  return { ...route, requestBody: bodyOf(routes.quotes, { anyOf: asked }) };
}

/** One alternative for each provider, and where it may be left out, one for none. All of them closed. */
function alternativesOf(entry: CatalogueEntry): Schema[] {
  const byProvider = entry.offers.map((offer) => withOwn(schemaOf(offer.schema, "input"), offer));
  const [single, ...others] = entry.offers;
  if (!entry.providerOptional || single === undefined) return byProvider;
  const unnamed = others.length === 0 ? single.schema : entry.operation.schema;
  return [...byProvider, withOwn(schemaOf(unnamed, "input"))];
}

/** The operation's own fields, and those that every request has. */
function withOwn(schema: Schema, offer?: Offer): Schema {
  const { task_id, quote_id } = propertiesOf(schemaOf(routes.generate.body, "input"));
  const provider = offer ? { provider: { const: offer.providerKey } } : {};
  return {
    ...schema,
    properties: { task_id, ...provider, quote_id, ...propertiesOf(schema) },
    required: [...requiredOf(schema), "task_id", ...(offer ? ["provider"] : [])],
  };
}

/**
 * The same request as a form: a file may come in its field, or in one that is named after its kind; an id or a URL is
 * taken as in JSON.
 */
function toForm(schema: Schema, files: readonly InputFileField[]): Schema {
  const properties = { ...propertiesOf(schema) };
  const known = files.filter(({ field }) => field in properties);
  const firsts = known.filter(({ kind }, at) => !(kind in properties) && firstOf(known, kind) === at);
  for (const { field, max } of known) properties[field] = orFile(properties[field] ?? {}, max);
  for (const { kind, max } of firsts) properties[kind] = max > 1 ? { type: "array", items: binary } : binary;
  const needed = firsts.filter(({ field }) => requiredOf(schema).includes(field));
  const either = needed.map(({ field, kind }) => ({ anyOf: [{ required: [field] }, { required: [kind] }] }));
  return {
    ...schema,
    properties,
    required: requiredOf(schema).filter((name) => !needed.some(({ field }) => field === name)),
    ...(either.length > 0 ? { allOf: either } : {}),
  };
}

const firstOf = (files: readonly InputFileField[], wanted: string) =>
  files.findIndex(({ kind }) => kind === wanted);

function orFile(schema: Schema, max: number): Schema {
  if (max === 1) return { anyOf: [binary, schema] };
  return { ...schema, items: { anyOf: [binary, schema.items ?? {}] } };
}

function requiredOf(schema: Schema): readonly string[] {
  return (schema.required as readonly string[] | undefined) ?? [];
}
