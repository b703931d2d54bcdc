import * as z from "zod";
import { errorBody } from "../../contract/error.ts";
import { type ErrorCode, errorCodes, isErrorCode } from "../../contract/error-codes.ts";
import type { Route } from "../../contract/routes.ts";
import { isAppError } from "../../errors/app-error.ts";
import { codesOf } from "../../http/route-codes.ts";
import { createRouteTable, type MatchedRoute } from "../../http/route-table.ts";

/** An answer that was read to its end; a stream, to its first piece. */
export interface Answered {
  readonly method: string;
  readonly url: string;
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** Signs of our inside in an answer: stacks, SQL, paths of the server. */
const inside =
  /\n\s+at |node_modules|\.ts:\d|genbff\.|genbff_|\bselect\b.+\bfrom\b|SQLSTATE|invalid input syntax/i;

const strictError = z.strictObject(errorBody.shape);

/** Makes the judge of answers for a BFF that is mounted at `basePath`. */
export function openJudge(basePath: string): (answered: Answered) => string | undefined {
  const table = createRouteTable(basePath);
  const matchOf = ({ method, url }: Answered): MatchedRoute | undefined => {
    try {
      return table(method, new URL(url).pathname);
    } catch (error) {
      if (isAppError(error)) return undefined;
      throw error;
    }
  };
  /** What is wrong with an answer; undefined: nothing. */
  return (answered) => {
    const { status, headers, text, method } = answered;
    if (status >= 500) return `answered ${status}`;
    const head = [...headers].join("\n");
    if (inside.test(head)) return `tells of our inside: ${head}`;
    if (headers.get("x-content-type-options") !== "nosniff") return "does not say nosniff";
    const route = matchOf(answered)?.route;
    // What a browser asks before it asks: answered without a body, whatever the path.
    if (method === "OPTIONS" && status === 204) return text === "" ? undefined : "a preflight with a body";
    if (route !== undefined && Object.hasOwn(route.answers, status)) return judgeGood(answered, route);
    if (status < 400) return `answered ${status}, which is not in the contract`;
    if (method === "HEAD") return text === "" ? undefined : "HEAD was answered with a body";
    return judgeRefusal(answered, route);
  };
}

function judgeGood({ status, text, method }: Answered, route: Route): string | undefined {
  const schema = route.answers[status];
  if (method === "HEAD") return text === "" ? undefined : "HEAD was answered with a body";
  if (!schema) return undefined;
  const parsed = schema.safeParse(JSON.parse(text));
  return parsed.success ? undefined : `answered ${status} against its schema: ${parsed.error.message}`;
}

function judgeRefusal({ status, headers, text }: Answered, route: Route | undefined): string | undefined {
  if (headers.get("content-type") !== "application/json") return `refused as ${headers.get("content-type")}`;
  const parsed = strictError.safeParse(JSON.parse(text));
  if (!parsed.success) return `refused in another shape: ${text}`;
  const { error, message, request_id: requestId } = parsed.data;
  if (!isErrorCode(error)) return `refused with ${error}, which is not in the table`;
  if (errorCodes[error].status !== status) return `refused with ${error} and ${status}`;
  if (errorCodes[error].sentence !== message) return `refused with words of its own: ${message}`;
  if (requestId !== headers.get("x-request-id")) return "has two request ids";
  if (inside.test(text)) return `tells of our inside: ${text}`;
  if (!allowed(route).has(error)) return `refused with ${error}, which is not documented there`;
  const asks: Readonly<Record<number, string>> = {
    401: "www-authenticate",
    405: "allow",
    429: "retry-after",
  };
  const header = asks[status];
  return header === undefined || headers.has(header) ? undefined : `refused with ${status} without ${header}`;
}

const allowed = (route: Route | undefined): ReadonlySet<ErrorCode> =>
  route === undefined ? new Set<ErrorCode>(["not_found", "method_not_allowed"]) : codesOf(route);
