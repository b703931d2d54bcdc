import * as z from "zod";

/** A JSON Schema, as OpenAPI 3.1 takes it. */
export type Schema = Record<string, unknown>;

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
