import type { BffContext } from "../context.ts";
import { type ErrorCode, errorCodes } from "../contract/error-codes.ts";
import { type Route, type RouteName, routes } from "../contract/routes.ts";
import { describeGenerate, describeQuotes } from "./openapi-generate.ts";
import { headerReferences, namedHeaders } from "./openapi-headers.ts";
import { namedSchemas, referenceTo } from "./openapi-names.ts";
import {
  answersOf,
  bodyOf,
  type OpenApiOperation,
  type OpenApiResponse,
  parametersOf,
} from "./openapi-parts.ts";
import { describeWebhooks } from "./openapi-webhooks.ts";
import { codesOf } from "./route-codes.ts";
import { servedRoutes } from "./served-routes.ts";

const security: Record<Route["auth"], readonly object[]> = {
  user: [{ token: [] }],
  admin: [{ token: [] }],
  "user-or-ticket": [{ token: [] }, { ticket: [] }],
  none: [],
  signature: [],
};

/** Where a reader looks for a route, by the first word of its path. */
const tags: Readonly<Record<string, string>> = {
  ...{ generate: "Make", quotes: "Make", operations: "Make", tasks: "Follow", generations: "Follow" },
  ...{ uploads: "Files", assets: "Files", files: "Files", credits: "Credits", admin: "Operators" },
  auth: "Sign in",
};
const otherwise = "Service";
const webhooksTag = "Webhooks";

/** This deployment's contract as OpenAPI 3.1: every route, and every operation with its own request. */
export function describeApi(
  context: Pick<BffContext, "catalogue" | "publicUrl" | "basePath" | "signIn">,
): object {
  const entries = context.catalogue.list();
  const paths: Record<string, Record<string, OpenApiOperation>> = {};
  for (const name of servedRoutes(context)) {
    const route: Route = routes[name];
    const operation = describeRoute(name, route);
    const described =
      name === "generate" ? describeGenerate(operation, entries) : { [route.path]: operation };
    if (name === "quotes") described[route.path] = describeQuotes(operation, entries);
    for (const [path, entry] of Object.entries(described)) {
      paths[path] = { ...paths[path], [route.method.toLowerCase()]: entry };
    }
  }
  return {
    openapi: "3.1.0",
    info: { title: "GenBFF", version: "1", description: "Generations, bought once and paid right." },
    servers: [{ url: `${context.publicUrl}${context.basePath}` || "/" }],
    tags: [...new Set([...Object.values(tags), otherwise, webhooksTag])].map((name) => ({ name })),
    paths,
    webhooks: describeWebhooks(webhooksTag),
    components: {
      schemas: namedSchemas(),
      headers: namedHeaders(),
      securitySchemes: {
        token: { type: "http", scheme: "bearer", bearerFormat: "JWT" },
        ticket: { type: "apiKey", in: "query", name: "ticket" },
      },
    },
  };
}

function describeRoute(name: RouteName, route: Route): OpenApiOperation {
  return {
    operationId: name,
    summary: route.summary,
    tags: [tags[route.path.split("/")[1] ?? ""] ?? otherwise],
    security: security[route.auth],
    parameters: parametersOf(route),
    ...(route.takes ? { requestBody: bodyOf(route) } : {}),
    responses: withHeaders(route, joined(answersOf(route), refusals([...codesOf(route)]))),
  };
}

/** One answer per status, naming the codes that share it. */
function refusals(codes: readonly ErrorCode[]): Record<string, OpenApiResponse> {
  const byStatus = Map.groupBy(codes, (code) => errorCodes[code].status);
  return Object.fromEntries(
    [...byStatus].map(([status, grouped]) => [
      String(status),
      {
        description: grouped.map((code) => `\`${code}\`: ${errorCodes[code].message}`).join(" "),
        content: { "application/json": { schema: referenceTo("Error") } },
      },
    ]),
  );
}

function withHeaders(
  route: Route,
  responses: Record<string, OpenApiResponse>,
): Record<string, OpenApiResponse> {
  return Object.fromEntries(
    Object.entries(responses).map(([status, { description, ...rest }]) => [
      status,
      { description, headers: headerReferences(route, Number(status)), ...rest },
    ]),
  );
}

/** A status that is an answer as well as a refusal says both. */
function joined(
  answers: Record<string, OpenApiResponse>,
  refused: Record<string, OpenApiResponse>,
): Record<string, OpenApiResponse> {
  const both = Object.entries(refused).map(([status, refusal]): [string, OpenApiResponse] => {
    const answer = answers[status];
    if (answer === undefined) return [status, refusal];
    const schemas = [answer, refusal].flatMap(({ content }) => content?.["application/json"]?.schema ?? []);
    return [
      status,
      {
        description: `${answer.description}. ${refusal.description}`,
        content: { "application/json": { schema: { anyOf: schemas } } },
      },
    ];
  });
  return { ...answers, ...Object.fromEntries(both) };
}
