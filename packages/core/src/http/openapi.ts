import type { BffContext } from "../context.ts";
import { errorBody } from "../contract/error.ts";
import { type ErrorCode, errorCodes } from "../contract/error-codes.ts";
import { type Route, type RouteName, routes } from "../contract/routes.ts";
import { describeGenerate } from "./openapi-generate.ts";
import { answersOf, bodyOf, type OpenApiOperation, parametersOf, schemaOf } from "./openapi-parts.ts";

/** Codes that every route of a user can answer with, besides its own. */
const ofEveryUserRoute: readonly ErrorCode[] = ["unauthenticated", "token_expired", "invalid_token"];
const ofEveryRoute: readonly ErrorCode[] = ["internal_error", "unavailable"];
const ofEveryBody: readonly ErrorCode[] = [
  "invalid_json",
  "validation_failed",
  "unsupported_media_type",
  "payload_too_large",
  "request_timeout",
];

/** This deployment's contract as OpenAPI 3.1: every route, and every operation with its own request. */
export function describeApi(context: Pick<BffContext, "catalogue" | "publicUrl" | "basePath">): object {
  const paths: Record<string, Record<string, OpenApiOperation>> = {};
  for (const [name, route] of Object.entries(routes) as [RouteName, Route][]) {
    const operation = describeRoute(name, route);
    const described =
      name === "generate"
        ? describeGenerate(operation, context.catalogue.list())
        : { [route.path]: operation };
    for (const [path, entry] of Object.entries(described)) {
      paths[path] = { ...paths[path], [route.method.toLowerCase()]: entry };
    }
  }
  return {
    openapi: "3.1.0",
    info: { title: "GenBFF", version: "1", description: "Generations, bought once and paid right." },
    servers: [{ url: `${context.publicUrl}${context.basePath}` || "/" }],
    paths,
    components: {
      schemas: { Error: schemaOf(errorBody, "output") },
      securitySchemes: { token: { type: "http", scheme: "bearer", bearerFormat: "JWT" } },
    },
  };
}

/** Every code that a route can answer with: its own, and those of all routes of its kind. */
export function documentedCodes(route: Route): readonly ErrorCode[] {
  const codes = [
    ...(isPersonal(route) ? ofEveryUserRoute : []),
    ...(route.body ? ofEveryBody : []),
    ...route.errors,
    ...ofEveryRoute,
  ];
  return [...new Set(codes)];
}

const isPersonal = ({ auth }: Route) => auth === "user" || auth === "user-or-ticket";

function describeRoute(name: RouteName, route: Route): OpenApiOperation {
  const personal = isPersonal(route);
  return {
    operationId: name,
    summary: route.summary,
    security: route.auth === "user-or-ticket" ? [{ token: [] }, {}] : personal ? [{ token: [] }] : [],
    parameters: parametersOf(route),
    ...(route.takes ? { requestBody: bodyOf(route) } : {}),
    responses: { ...answersOf(route), ...refusals(documentedCodes(route)) },
  };
}

/** One answer per status, naming the codes that share it. */
function refusals(codes: readonly ErrorCode[]): Record<string, object> {
  const byStatus = Map.groupBy(codes, (code) => errorCodes[code].status);
  return Object.fromEntries(
    [...byStatus].map(([status, grouped]) => [
      String(status),
      {
        description: grouped.map((code) => `\`${code}\`: ${errorCodes[code].message}`).join(" "),
        content: { "application/json": { schema: { $ref: "#/components/schemas/Error" } } },
      },
    ]),
  );
}
