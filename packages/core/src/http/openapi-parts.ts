import * as z from "zod";
import type { Route } from "../contract/routes.ts";

/** A JSON Schema, as OpenAPI 3.1 takes it. */
export type Schema = Record<string, unknown>;

/** One operation of an OpenAPI document, as far as we write it. */
export interface OpenApiOperation {
  readonly operationId: string;
  readonly summary: string;
  readonly security: readonly object[];
  readonly parameters: readonly object[];
  readonly requestBody?: {
    readonly required: boolean;
    readonly content: Readonly<Record<string, { schema: Schema }>>;
  };
  readonly responses: Readonly<Record<string, object>>;
}

/**
 * The JSON Schema of what goes in or out, as it can stand anywhere in a document: definitions of its own would be
 * looked for at the root, so they are written where they are used. Where one holds itself, anything goes.
 */
export function schemaOf(schema: z.ZodType, io: "input" | "output"): Schema {
  const {
    $schema: _dialect,
    id: _id,
    $defs: definitions = {},
    ...described
  } = z.toJSONSchema(schema, { io, unrepresentable: "any" });
  return inline(described, definitions as Schema, new Set()) as Schema;
}

function inline(node: unknown, definitions: Schema, within: ReadonlySet<string>): unknown {
  if (Array.isArray(node)) return node.map((item) => inline(item, definitions, within));
  if (typeof node !== "object" || node === null) return node;
  const { $ref: reference, ...rest } = node as Schema;
  if (typeof reference !== "string") {
    return Object.fromEntries(
      Object.entries(rest).map(([key, item]) => [key, inline(item, definitions, within)]),
    );
  }
  if (within.has(reference)) return {};
  const { id: _id, ...target } = (definitions[reference.replace("#/$defs/", "")] ?? {}) as Schema;
  return inline({ ...target, ...rest }, definitions, new Set([...within, reference]));
}

/** Path and query parameters. */
export function parametersOf(route: Route): object[] {
  const inPath = [...route.path.matchAll(/\{(\w+)\}/g)].map(([, name = ""]) => ({
    name,
    in: "path",
    required: true,
    schema: route.params ? propertyOf(schemaOf(route.params, "input"), name) : { type: "string" },
  }));
  if (route.query === undefined) return inPath;
  const query = schemaOf(route.query, "input");
  const names = Object.keys((query.properties as object | undefined) ?? {});
  return [
    ...inPath,
    ...names.map((name) => ({ name, in: "query", required: false, schema: propertyOf(query, name) })),
  ];
}

/** What a route takes. A form's file is bytes; everything else in it is the same as in JSON. */
export function bodyOf(route: Route, schema: Schema = route.body ? schemaOf(route.body, "input") : {}) {
  const ofType = (type: string): Schema => {
    if (type === "*/*") return { type: "string", format: "binary" };
    return type === "application/json" ? schema : { type: "object", additionalProperties: true };
  };
  const content = Object.fromEntries((route.takes ?? []).map((type) => [type, { schema: ofType(type) }]));
  return { required: true, content };
}

/** The good answers. */
export function answersOf(route: Route): Record<string, object> {
  return Object.fromEntries(
    Object.entries(route.answers).map(([status, schema]) => {
      const described =
        schema === null ? {} : { content: { "application/json": { schema: schemaOf(schema, "output") } } };
      return [status, { description: route.summary, ...described }];
    }),
  );
}

function propertyOf(schema: Schema, name: string): unknown {
  return (schema.properties as Record<string, unknown> | undefined)?.[name] ?? { type: "string" };
}
