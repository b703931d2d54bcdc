import { get, type HostCase } from "../case.ts";

/** What every answer carries. */
const guarded = {
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cross-origin-resource-policy": "same-origin",
  "cache-control": "no-store",
  "content-type": "application/json",
};
const personal = { ...guarded, vary: "Authorization, Origin" };
const open = { ...guarded, vary: "Origin" };
const task = "/tasks/stage-done";
const status = "/tasks/{{stage.done}}/status";

/** Every route that is read, whole. */
const whole: readonly HostCase[] = [
  get("the status of a generation", status, 200, {
    headers: personal,
    body: { status: "complete", progress: 100, task_id: "stage-done", next_poll_ms: null },
  }),
  get("the status of a task", `${task}/status`, 200, { headers: personal, body: { status: "complete" } }),
  get("the status of a failed generation", "/tasks/{{stage.failed}}/status", 200, {
    headers: personal,
    body: { status: "failed", error: { error: "content_rejected" }, credits: { held: 0, charged: 0 } },
  }),
  get("a task", task, 200, { headers: personal, body: { task_id: "stage-done" } }),
  get("a task of inputs alone", "/tasks/stage-input", 200, { headers: personal, body: { generations: [] } }),
  get("all tasks", "/tasks", 200, { headers: personal, body: { next_cursor: null } }),
  get("an asset's link", "/assets/{{stage.asset}}/url", 200, { headers: personal }),
  get("an upload's link", "/assets/{{stage.input}}/url", 200, { headers: personal }),
  get("the catalogue", "/operations", 200, { headers: personal }),
  get("the balance", "/credits/balance", 200, { headers: personal, body: { available: 90, held: 0 } }),
  get("the movements", "/credits/history", 200, { headers: personal, body: { next_cursor: null } }),
  get("health", "/health", 200, { headers: open, body: { status: "ok" }, request: { as: null } }),
  get("readiness", "/ready", 200, { headers: open, body: { status: "ready" }, request: { as: null } }),
  get("the contract", "/openapi.json", 200, {
    headers: open,
    body: { openapi: "3.1.0" },
    request: { as: null },
  }),
];

/** The head is that of the whole answer; nothing follows it. */
const heads = whole.map(
  ({ body: _, request, name, ...each }): HostCase => ({
    ...each,
    name: `only the head of ${name}`,
    request: { ...request, method: "HEAD" },
    body: "",
  }),
);

/** Queries at their edges. */
const queries: readonly HostCase[] = [
  get("one of a page", "/tasks?limit=1", 200, { body: { next_cursor: "<signed>" } }),
  get("the largest page", "/tasks?limit=100", 200),
  get("a limit with zeros in front", "/tasks?limit=010", 200),
  get("a limit that is escaped", "/tasks?limit=%31", 200),
  get("a question mark without a question", "/tasks?", 200),
  get("an ampersand without a name", "/tasks?&", 200),
  get("a fraction of a limit", "/tasks?limit=1.5", 400, { code: "validation_failed" }),
  get("a limit in hexadecimals and over the top", "/tasks?limit=0xfff", 400, { code: "validation_failed" }),
  get("a limit of spaces", "/tasks?limit=%20", 400, { code: "validation_failed" }),
  get("a name that is escaped", "/tasks?%6Cimit=1", 200, { body: { next_cursor: "<signed>" } }),
  get("a name in capitals", "/tasks?Limit=1", 400, { code: "validation_failed" }),
  get("a prototype for a name", "/tasks?__proto__=1", 400, { code: "validation_failed" }),
  get("a list", "/tasks?limit[]=1", 400, { code: "validation_failed" }),
  get("an object", "/tasks?limit[a]=1", 400, { code: "validation_failed" }),
  get("a semicolon that separates nothing", "/tasks?limit=1;limit=2", 400, { code: "validation_failed" }),
  get("a broken escape", "/tasks?limit=%zz", 400, { code: "validation_failed" }),
  get("bytes that are not UTF-8", "/tasks?limit=%ff", 400, { code: "validation_failed" }),
  get("a query that is long", `/tasks?cursor=${"a".repeat(4000)}`, 400, { code: "validation_failed" }),
  get("a query where none is taken", "/credits/balance?utm_source=mail", 200, { headers: personal }),
  get("a query on health", "/health?probe=1", 200, { request: { as: null } }),
  get("a service that did it", `${task}/status?service=studio`, 200, { body: { task_id: "stage-done" } }),
  get("a service that did not", `${task}/status?service=other`, 404, { code: "not_found" }),
  get("a wait for what has ended", `${status}?wait=20&version=999999`, 200, { body: { status: "complete" } }),
  get("a wait of nothing", `${status}?wait=0`, 200),
  get("a wait of minus one", `${status}?wait=-1`, 400, { code: "validation_failed" }),
  get("a version of minus one", `${status}?version=-1`, 400, { code: "validation_failed" }),
  get("a version that is no number", `${status}?version=newest`, 400, { code: "validation_failed" }),
  get("a plus for a space", `${task}/status?service=a+b`, 404, { code: "not_found" }),
  get("a ticket where none is taken", `${status}?ticket=a.b`, 400, { code: "validation_failed" }),
  get("an access token in the query", `${status}?access_token=a.b.c`, 401, {
    code: "unauthenticated",
    request: { as: null },
  }),
];

/** Paths that are written in other ways. */
const spellings: readonly HostCase[] = [
  get("an id that is escaped", "/tasks/stage%2Ddone", 200, { body: { task_id: "stage-done" } }),
  get("an id in capitals", "/tasks/STAGE-DONE", 404, { code: "not_found" }),
  get("an id with a point", "/tasks/stage.done", 404, { code: "not_found" }),
  get("an id with an umlaut", "/tasks/b%C3%A4r", 404, { code: "not_found" }),
  get("an id of 128 letters", `/tasks/${"a".repeat(128)}`, 404, { code: "not_found" }),
  get("a fragment", "/tasks/stage-done#top", 200, { body: { task_id: "stage-done" } }),
  get("two points for the folder above", "/tasks/../health", 200, {
    body: { status: "ok" },
    request: { as: null },
  }),
];

/** Headers that change nothing. */
const headers: readonly HostCase[] = [
  get("an answer wanted in XML", "/credits/balance", 200, {
    headers: personal,
    request: { headers: { accept: "application/xml" } },
  }),
  get("an answer wanted compressed", "/operations", 200, {
    headers: { ...personal, "content-encoding": null },
    request: { headers: { "accept-encoding": "gzip, br" } },
  }),
  get("a range of what has none", "/credits/balance", 200, {
    headers: { ...personal, "content-range": null, "accept-ranges": null },
    request: { headers: { range: "bytes=0-1" } },
  }),
  get("an answer that is known already", "/credits/balance", 200, {
    headers: { ...personal, etag: null },
    request: { headers: { "if-none-match": "*" } },
  }),
  get("cookies", "/credits/balance", 200, {
    headers: { ...personal, "set-cookie": null },
    request: { headers: { cookie: "session=abc; theme=dark" } },
  }),
  get("a cookie instead of a token", "/credits/balance", 401, {
    code: "unauthenticated",
    headers: { "set-cookie": null },
    request: { as: null, headers: { cookie: "access_token=abc" } },
  }),
  get("another method by a header", "/credits/balance", 200, {
    headers: personal,
    request: { headers: { "x-http-method-override": "DELETE" } },
  }),
  get("another path by a header", "/credits/balance", 200, {
    headers: personal,
    request: { headers: { "x-original-url": "/admin", "x-rewrite-url": "/admin" } },
  }),
  get("another host by a header", "/assets/{{stage.asset}}/url", 200, {
    headers: personal,
    request: {
      headers: {
        "x-forwarded-host": "evil.example",
        "x-forwarded-proto": "https",
        forwarded: "host=evil.example",
      },
    },
  }),
  get("a request id of the proxy's", "/health", 200, {
    headers: { "x-request-id": "proxy-12345678" },
    request: { as: null, headers: { "x-request-id": "proxy-12345678" } },
  }),
  get("a request id on an error", "/nothing", 404, {
    code: "not_found",
    body: { request_id: "proxy-12345678" },
    headers: { "x-request-id": "proxy-12345678" },
    request: { as: null, headers: { "x-request-id": "proxy-12345678" } },
  }),
  ...["short", "with space 1", "<script>alert(1)</script>", "a".repeat(65), "dots.are.not.plain"].map(
    (given) =>
      get(`a request id that is not taken: ${given}`, "/health", 200, {
        headers: { "x-request-id": "<request>" },
        request: { as: null, headers: { "x-request-id": given } },
      }),
  ),
  get("an error wanted as a page", "/nothing", 404, {
    code: "not_found",
    headers: { "set-cookie": null, "www-authenticate": null },
    request: { headers: { accept: "text/html" } },
  }),
];

/** Looking: whole answers, heads, queries, spellings, headers that mean nothing here. */
export const readingCases: readonly HostCase[] = [...whole, ...queries, ...spellings, ...headers];
export const headCases: readonly HostCase[] = heads;
