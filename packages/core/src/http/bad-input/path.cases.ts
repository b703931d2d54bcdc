import type { ErrorCode } from "../../contract/error-codes.ts";
import { routes } from "../../contract/routes.ts";
import { type BadInputCase, generate, good, unknownId } from "./case.ts";

const get = (name: string, path: string, status: number, code: ErrorCode): BadInputCase => ({
  name,
  request: { path },
  status,
  code,
});

/** Every route for operators, asked by somebody who is none. */
const forbidden = Object.values(routes)
  .filter(({ path }) => path.startsWith("/admin/"))
  .map(({ method, path }): BadInputCase => {
    const request = {
      method,
      path: path.replace(/\{\w+\}/g, unknownId),
      ...(method === "GET" ? {} : { json: {} }),
    };
    return { name: `${method} ${path} without the claim`, request, status: 403, code: "forbidden" };
  });

/** Paths, queries and methods. */
export const pathCases: readonly BadInputCase[] = [
  get("an unknown route", "/nothing/here", 404, "not_found"),
  {
    ...get("an unknown route without a token", "/nothing", 404, "not_found"),
    request: { path: "/nothing", as: null },
  },
  {
    name: "a wrong method",
    request: { method: "DELETE", path: "/tasks" },
    status: 405,
    code: "method_not_allowed",
  },
  { name: "GET where POST belongs", request: { path: generate }, status: 405, code: "method_not_allowed" },
  get("an unknown generation", `/tasks/${unknownId}/status`, 404, "not_found"),
  get("a malformed id", "/tasks/a%20b/status", 404, "not_found"),
  get("an id with U+0000", "/tasks/a%00b/status", 404, "not_found"),
  get("an id with a broken escape", "/tasks/%zz/status", 404, "not_found"),
  get("an id that is too long", `/tasks/${"a".repeat(129)}/status`, 404, "not_found"),
  get("an unknown task", "/tasks/nobody-has-this", 404, "not_found"),
  get("events of an unknown task", "/tasks/nobody-has-this/events", 404, "not_found"),
  get("the URL of an unknown asset", `/assets/${unknownId}/url`, 404, "not_found"),
  {
    name: "an unknown operation",
    request: { method: "POST", path: "/generate/time-travel", json: good },
    status: 404,
    code: "not_found",
  },
  {
    name: "cancel of an unknown generation",
    request: { method: "POST", path: `/generations/${unknownId}/cancel` },
    status: 404,
    code: "not_found",
  },
  {
    name: "retry of an unknown generation",
    request: { method: "POST", path: `/generations/${unknownId}/retry` },
    status: 404,
    code: "not_found",
  },
  {
    name: "completing an unknown upload",
    request: { method: "POST", path: `/uploads/${unknownId}/complete` },
    status: 404,
    code: "not_found",
  },
  get("limit 0", "/tasks?limit=0", 400, "validation_failed"),
  get("limit -1", "/tasks?limit=-1", 400, "validation_failed"),
  get("a huge limit", "/credits/history?limit=100000", 400, "validation_failed"),
  get("a limit that is no number", "/tasks?limit=many", 400, "validation_failed"),
  get("an empty limit", "/tasks?limit=", 400, "validation_failed"),
  get("a limit given twice", "/tasks?limit=1&limit=2", 400, "validation_failed"),
  get("a cursor that we never made", "/tasks?cursor=eyJhIjoxfQ.AAAA", 400, "validation_failed"),
  get("a cursor of garbage", "/credits/history?cursor=%F0%9F%90%88", 400, "validation_failed"),
  get("an unknown parameter", "/tasks?colour=red", 400, "validation_failed"),
  get("a parameter with U+0000", "/tasks/bad/status?service=%00", 400, "validation_failed"),
  get("a wait of a minute", "/tasks/bad/status?wait=60", 400, "validation_failed"),
  {
    ...get("a ticket that we never made", "/tasks/bad/events?ticket=a.b", 401, "invalid_token"),
    request: { path: "/tasks/bad/events?ticket=YQ.YQ", as: null },
  },
  {
    name: "a file without its signature",
    request: { path: "/files/images/bad/0.png", as: null },
    status: 401,
    code: "invalid_signature",
  },
  {
    name: "a webhook at an address that nobody was given",
    request: { method: "POST", path: "/webhooks/studio/guess", as: null, body: "{}" },
    status: 401,
    code: "invalid_signature",
  },
  ...forbidden,
];
