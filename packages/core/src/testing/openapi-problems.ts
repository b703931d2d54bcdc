import { validate } from "@readme/openapi-parser";
import { Ajv2020 } from "ajv/dist/2020.js";

/** A document, as far as tests look into it. */
export interface ApiDocument {
  readonly openapi: string;
  readonly paths: Record<string, Record<string, ApiOperation>>;
  readonly webhooks: Record<string, { readonly post: ApiOperation }>;
  readonly components: { readonly headers: Record<string, { schema: object }> };
}

/** One operation of it. */
export interface ApiOperation {
  readonly operationId: string;
  readonly parameters: readonly { name: string; in: string; required: boolean; schema: object }[];
  readonly requestBody?: { readonly content: Record<string, { schema: ApiSchema }> };
  readonly responses: Record<string, ApiResponse>;
}

/** One answer of it. */
export interface ApiResponse {
  readonly description: string;
  readonly headers?: Record<string, { $ref: string }>;
  readonly content?: Record<string, { schema: object }>;
}

/** A schema in it. */
export interface ApiSchema {
  readonly anyOf?: readonly ApiSchema[];
  readonly properties?: Record<string, ApiSchema>;
  readonly required?: readonly string[];
  readonly additionalProperties?: unknown;
}

/**
 * What is wrong with an OpenAPI document: its structure, its references, parameters and ids by a validator of OpenAPI; and
 * each of its schemas by the schema of JSON Schema 2020-12, which that one does not look at.
 */
export async function openApiProblems(document: ApiDocument): Promise<string[]> {
  const result = await validate(structuredClone(document) as unknown as Parameters<typeof validate>[0]);
  const found = result.valid ? [] : result.errors.map(({ message }) => message);
  const ajv = new Ajv2020({ strict: false, formats: { binary: true, uuid: true, "date-time": true } });
  for (const [place, schema] of schemasIn(document)) {
    if (ajv.validateSchema(schema) !== true) found.push(`${place}: ${ajv.errorsText(ajv.errors)}`);
  }
  return found;
}

/** Everything that stands under `schema` or `schemas`, with its place. */
function* schemasIn(node: unknown, place = ""): Generator<[string, object]> {
  if (typeof node !== "object" || node === null) return;
  for (const [key, value] of Object.entries(node)) {
    if (key === "schema") yield [`${place}/${key}`, value as object];
    else if (key === "schemas")
      for (const [name, schema] of Object.entries(value)) yield [`${place}/${key}/${name}`, schema as object];
    else yield* schemasIn(value, `${place}/${key}`);
  }
}
