import { isDeepStrictEqual } from "node:util";
import { errorBody } from "../contract/error.ts";
import { type ErrorCode, errorCodes } from "../contract/error-codes.ts";
import type { Route } from "../contract/routes.ts";
import { isAppError } from "../errors/app-error.ts";
import { headersOf } from "../http/openapi-headers.ts";
import { codesOf } from "../http/route-codes.ts";
import { createRouteTable } from "../http/route-table.ts";

/** Holds every answer of a BFF against the contract. */
export interface AnswerCheck {
  /** A `fetch` that looks at each answer on its way out, and changes nothing. */
  readonly fetch: (request: Request, host?: object) => Promise<Response>;
  /** What did not fit: the request, and why. */
  readonly misfits: readonly string[];
}

/** What a route can answer that is no route of ours. */
const ofNoRoute: ReadonlySet<ErrorCode> = new Set([
  "not_found",
  "method_not_allowed",
  "rate_limited",
  "unavailable",
]);

/** Looks at what `fetch` answers. */
export function checkAnswers(fetch: AnswerCheck["fetch"], basePath = "/api"): AnswerCheck {
  const matchRoute = createRouteTable(basePath);
  const misfits: string[] = [];
  const routeOf = ({ method, url }: Request) => {
    try {
      return matchRoute(method, new URL(url).pathname).route;
    } catch (error) {
      if (!isAppError(error)) throw error;
      return undefined;
    }
  };
  return {
    misfits,
    async fetch(request, host) {
      const response = await fetch(request, host);
      // A browser that asks before it sends: no route of the contract, and answered without a body.
      if (request.method === "OPTIONS" && response.status === 204) return response;
      const isJson = response.headers.get("content-type")?.startsWith("application/json") === true;
      const route = routeOf(request);
      const text = isJson && request.method !== "HEAD" ? await response.clone().text() : undefined;
      const problem = misfitOf(route, response.status, text) ?? strayHeaderOf(route, response);
      if (problem !== undefined)
        misfits.push(`${request.method} ${new URL(request.url).pathname} → ${response.status}: ${problem}`);
      return response;
    },
  };
}

/** Those that say something about the request, where a route does: the contract says where they are. */
const told = /^(idempotency-replayed|ratelimit-.*|retry-after|location|preference-applied|www-authenticate)$/;

/** A header that the contract does not know there. */
function strayHeaderOf(route: Route | undefined, { status, headers }: Response): string | undefined {
  if (route === undefined) return undefined;
  const known = new Set(headersOf(route, status).map((name) => name.toLowerCase()));
  const stray = [...headers.keys()].find((name) => told.test(name) && !known.has(name));
  return stray === undefined ? undefined : `the header ${stray} is not documented for this answer`;
}

/** Why an answer is none that the contract knows; undefined: it is one. */
function misfitOf(route: Route | undefined, status: number, text: string | undefined): string | undefined {
  const documented = route !== undefined && status in route.answers;
  if (text === undefined) return documented || status >= 400 ? undefined : "this status is not documented";
  const body: unknown = JSON.parse(text);
  const schema = documented ? route.answers[status] : undefined;
  const answer = schema?.safeParse(body);
  // What the schema does not know it leaves out: then it is not the same any more.
  if (answer?.success === true && isDeepStrictEqual(answer.data, body)) return undefined;
  if (documented && schema === null) return undefined;
  const refusal = errorBody.safeParse(body);
  if (!refusal.success || status < 400)
    return `${answer?.error?.message ?? "fields that are not documented"} in ${text.slice(0, 500)}`;
  const { error } = refusal.data;
  const known = route === undefined ? ofNoRoute : codesOf(route);
  if (!known.has(error as ErrorCode)) return `the code ${error} is not documented for this route`;
  return errorCodes[error as ErrorCode].status === status ? undefined : `${error} has another status`;
}
