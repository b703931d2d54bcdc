import type { Route } from "../contract/routes.ts";
import { answerSchema } from "./openapi-names.ts";
import { type Schema, schemaOf } from "./openapi-schema.ts";

/** One operation of an OpenAPI document, as far as we write it. */
export interface OpenApiOperation {
  readonly operationId: string;
  readonly summary: string;
  readonly tags: readonly string[];
  readonly security: readonly object[];
  readonly parameters: readonly object[];
  readonly requestBody?: {
    readonly required: boolean;
    readonly content: Readonly<Record<string, { schema: Schema }>>;
  };
  readonly responses: Readonly<Record<string, OpenApiResponse>>;
}

/** One answer, by content type. */
export interface OpenApiResponse {
  readonly description: string;
  readonly headers?: Readonly<Record<string, { readonly $ref: string }>>;
  readonly content?: Readonly<Record<string, { schema: Schema }>>;
}

/** What stands in the path, the query and the headers. */
export function parametersOf(route: Route): object[] {
  const inPath = [...route.path.matchAll(/\{(\w+)\}/g)].map(([, name = ""]) => ({
    name,
    in: "path",
    required: true,
    schema: (route.params && propertiesOf(schemaOf(route.params, "input"))[name]) ?? { type: "string" },
  }));
  return [...inPath, ...named("query", route.query), ...named("header", route.headers)];
}

function named(place: "query" | "header", given: Route["query"]): object[] {
  if (given === undefined) return [];
  const described = schemaOf(given, "input");
  const required = (described.required as readonly string[] | undefined) ?? [];
  return Object.entries(propertiesOf(described)).map(([name, schema]) => ({
    name,
    in: place,
    required: required.includes(name),
    schema,
  }));
}

/** What a route takes: as JSON, as a form, as bytes. */
export function bodyOf(
  route: Route,
  schema: Schema = route.body ? schemaOf(route.body, "input") : {},
  form: Schema = route.form ? schemaOf(route.form, "input") : schema,
): NonNullable<OpenApiOperation["requestBody"]> {
  const ofType = { "application/json": schema, "multipart/form-data": form, "*/*": binary };
  const content = Object.fromEntries((route.takes ?? []).map((type) => [type, { schema: ofType[type] }]));
  return { required: true, content };
}

/** The good answers. */
export function answersOf(route: Route): Record<string, OpenApiResponse> {
  return Object.fromEntries(
    Object.entries(route.answers).map(([status, schema]) => {
      const described =
        schema === null ? textOf(route, status) : { "application/json": { schema: answerSchema(schema) } };
      return [status, { description: route.summary, ...(described ? { content: described } : {}) }];
    }),
  );
}

/** What is no JSON of the contract: a 204, a 304 and a 416 have nothing in them. */
function textOf({ answerType }: Route, status: string): OpenApiResponse["content"] {
  const empty = answerType === undefined || !["200", "206"].includes(status);
  return empty ? undefined : { [answerType]: { schema: {} } };
}

/** The fields of an object's schema. */
export function propertiesOf(schema: Schema): Record<string, Schema> {
  return (schema.properties as Record<string, Schema> | undefined) ?? {};
}

/** A file's bytes. */
export const binary: Schema = { type: "string", format: "binary" };
