import type { HostRequest } from "../../host-request.ts";
import { get, type HostCase } from "../case.ts";

const generate = "/generate/text-to-image";
const wish = (more: object = {}, headers: Record<string, string> = {}): HostRequest => ({
  method: "POST",
  path: generate,
  json: { task_id: "{{task}}", prompt: "a cat", ...more },
  headers,
});
const ended = (more: object = {}) => wish(more, { prefer: "wait=20" });
const keyed = (key: string, more: object = {}, headers: Record<string, string> = {}) =>
  wish(more, { "idempotency-key": key, ...headers });

const replays: readonly HostCase[] = [
  ...["one", "a b c", "~!@#$%^&*()", "k".repeat(255), "0", "null", "{}", '"quoted"'].map(
    (key): HostCase => ({
      name: `again with the key ${key.slice(0, 20)}`,
      given: { first: keyed(key) },
      request: keyed(key),
      status: 202,
      headers: { "idempotency-replayed": "true", location: "/api/tasks/<uuid>/status" },
      body: { task_id: "<own>", credits: { held: 5 } },
    }),
  ),
  { name: "the first time", request: keyed("new"), status: 202, headers: { "idempotency-replayed": null } },
  {
    name: "again with another key",
    given: { first: keyed("one") },
    request: keyed("two"),
    status: 202,
    headers: { "idempotency-replayed": null },
  },
  {
    name: "again in another order",
    given: { first: keyed("order", { n: 1 }) },
    request: { ...keyed("order"), json: { n: 1, prompt: "a cat", task_id: "{{task}}" } },
    status: 202,
    headers: { "idempotency-replayed": "true" },
  },
  {
    name: "the same wish in other words: the default said",
    given: { first: keyed("default") },
    request: keyed("default", { n: 1 }),
    status: 202,
    headers: { "idempotency-replayed": "true" },
  },
  {
    name: "again, and waiting for the end",
    given: { first: keyed("late") },
    request: keyed("late", {}, { prefer: "wait=20" }),
    status: 200,
    headers: { "idempotency-replayed": "true", "preference-applied": "wait=20" },
    body: { status: "complete" },
  },
  {
    name: "another wish with the same key",
    given: { first: keyed("same") },
    request: keyed("same", { n: 2 }),
    status: 422,
    code: "idempotency_key_reused",
  },
  {
    name: "another route with the same key",
    given: { first: keyed("route", {}, { prefer: "wait=20" }) },
    request: {
      method: "POST",
      path: "/generations/{{first.generation_id}}/retry",
      headers: { "idempotency-key": "route" },
    },
    status: 422,
    code: "idempotency_key_reused",
  },
  {
    name: "the same key of another user",
    given: { first: keyed("shared") },
    request: { ...keyed("shared", { task_id: "{{task}}-2" }), as: "bob" },
    status: 202,
    headers: { "idempotency-replayed": null },
  },
  ...[
    ["empty", ""],
    ["too long", "k".repeat(256)],
    ["two", "a, b"],
    ["not ASCII", "caf\u00e9"],
    ["a tab", "a\tb"],
  ].map(
    ([what, key]): HostCase => ({
      name: `a key that is none: ${what}`,
      request: keyed(key ?? ""),
      status: 400,
      code: "invalid_idempotency_key",
    }),
  ),
];

const waiting = (prefer: string, status: number, applied: string | null): HostCase => ({
  name: `Prefer: ${prefer}`,
  request: wish({}, { prefer }),
  status,
  headers: { "preference-applied": applied, location: "/api/tasks/<uuid>/status" },
});
const preferences: readonly HostCase[] = [
  waiting("wait=20", 200, "wait=20"),
  waiting("wait=9999", 200, "wait=20"),
  waiting("WAIT=15", 200, "wait=15"),
  waiting("wait = 15", 200, "wait=15"),
  waiting('wait="15"', 200, "wait=15"),
  waiting("respond-async, wait=15", 200, "wait=15"),
  waiting("wait=15; strict", 200, "wait=15"),
  waiting("wait=0", 202, null),
  waiting("wait", 202, null),
  waiting("wait=", 202, null),
  waiting("wait=-5", 202, null),
  waiting("wait=1.5", 202, null),
  waiting("wait=soon", 202, null),
  waiting("respond-async", 202, null),
  waiting("await=15", 202, null),
  {
    name: "a wait for what is refused",
    request: ended({ prompt: "[refused]" }),
    status: 200,
    headers: { "preference-applied": "wait=20" },
    body: { status: "failed", error: { error: "content_rejected" }, credits: { held: 0, charged: 0 } },
  },
];

const first = { first: ended() };
const act = (what: string, of = "first"): HostRequest => ({
  method: "POST",
  path: `/generations/{{${of}.generation_id}}/${what}`,
});
const acts: readonly HostCase[] = [
  {
    name: "a cancel of what has ended",
    given: first,
    request: act("cancel"),
    status: 409,
    code: "not_cancellable",
  },
  {
    name: "a cancel of what runs",
    given: {
      first: wish({ prompt: "[endless]" }),
      runs: { path: "/tasks/{{task}}/status?wait=20&version=2" },
    },
    request: act("cancel"),
    status: 200,
    body: { generation_id: "<uuid>", status: "processing", cancel_requested: true },
  },
  {
    name: "another's cancel",
    given: first,
    request: { ...act("cancel"), as: "bob" },
    status: 404,
    code: "not_found",
  },
  {
    name: "a retry",
    given: first,
    request: act("retry"),
    status: 202,
    headers: { location: "/api/tasks/<uuid>/status" },
  },
  {
    name: "a retry that waits",
    given: first,
    request: { ...act("retry"), headers: { prefer: "wait=20" } },
    status: 200,
    body: { status: "complete" },
  },
  {
    name: "a retry again with its key",
    given: { ...first, second: { ...act("retry"), headers: { "idempotency-key": "retry" } } },
    request: { ...act("retry"), headers: { "idempotency-key": "retry" } },
    status: 202,
    headers: { "idempotency-replayed": "true" },
  },
  {
    name: "a retry of what runs",
    given: {
      first: wish({ prompt: "[endless]" }),
      runs: { path: "/tasks/{{task}}/status?wait=20&version=2" },
    },
    request: act("retry"),
    status: 409,
    code: "not_retryable",
  },
  {
    name: "another's retry",
    given: first,
    request: { ...act("retry"), as: "bob" },
    status: 404,
    code: "not_found",
  },
  {
    name: "more than the wallet holds",
    given: Object.fromEntries(
      [1, 2, 3, 4, 5].map((at) => [`wish${at}`, wish({ prompt: "[endless]", n: 4 })]),
    ),
    request: wish({ n: 4 }),
    status: 402,
    code: "insufficient_credits",
    body: { details: { required: 20, available: 0 } },
  },
  {
    name: "more than may be open",
    given: Object.fromEntries(
      [1, 2, 3, 4, 5, 6, 7, 8].map((at) => [`wish${at}`, wish({ prompt: "[endless]" })]),
    ),
    request: wish(),
    status: 429,
    code: "too_many_generations",
    headers: { "retry-after": "5" },
  },
  {
    name: "credits after a failure",
    given: { first: ended({ prompt: "[refused]" }) },
    request: { path: "/credits/balance" },
    status: 200,
    body: { available: 100, held: 0, lifetime_spent: 0 },
  },
  {
    name: "credits after a success",
    given: first,
    request: { path: "/credits/balance" },
    status: 200,
    body: { available: 95, held: 0, lifetime_spent: 5 },
  },
  {
    name: "movements after a success",
    given: first,
    request: { path: "/credits/history" },
    status: 200,
    body: {
      items: [
        { kind: "capture", amount: 5 },
        { kind: "hold", amount: 5 },
        { kind: "grant", amount: 100 },
      ],
    },
  },
];

const stream = "/tasks/{{stage.done}}/events";
const sse = {
  "content-type": "text/event-stream",
  "cache-control": "no-store",
  "x-accel-buffering": "no",
  "content-encoding": null,
  vary: "Authorization, Origin",
};
const once = "event: generation\n";
const resumed = (name: string, id: string) =>
  get(`a stream after ${name}`, stream, 200, {
    headers: sse,
    body: once,
    request: { headers: { "last-event-id": id } },
  });
const streams: readonly HostCase[] = [
  get("a stream of what has ended", stream, 200, { headers: sse, body: once }),
  get("a stream of what has failed", "/tasks/{{stage.failed}}/events", 200, {
    headers: sse,
    body: '"content_rejected"',
  }),
  get("a stream of a task", "/tasks/stage-done/events", 200, { headers: sse, body: once, events: 1 }),
  get("a stream, asked for as anything", stream, 200, {
    headers: sse,
    body: once,
    request: { headers: { accept: "*/*" } },
  }),
  get("a stream, wanted compressed", stream, 200, {
    headers: sse,
    body: once,
    request: { headers: { "accept-encoding": "gzip" } },
  }),
  get("a stream, read to its end before", stream, 204, {
    body: "",
    request: { headers: { "last-event-id": "{{stage.version}}" } },
  }),
  ...[
    ["a cat", "cat"],
    ["minus one", "-1"],
    ["a fraction", "1.5"],
    ["what never was", "999999"],
    ["a long number", "9".repeat(30)],
  ].map(([name = "", id = ""]) => resumed(name, id)),
  get("only the head of a stream", stream, 200, { headers: sse, body: "", request: { method: "HEAD" } }),
  get("a stream of another's", stream, 404, { code: "not_found", request: { as: "bob" } }),
  get("a stream of nobody", stream, 401, { code: "unauthenticated", request: { as: null } }),
  get("a stream with a word for a ticket", `${stream}?ticket=cat`, 401, {
    code: "invalid_token",
    request: { as: null },
  }),
  get("a stream with too long a ticket", `${stream}?ticket=${"a".repeat(3000)}`, 401, {
    code: "invalid_token",
    request: { as: null },
  }),
  get("a stream with an unknown parameter", `${stream}?token=a`, 400, { code: "validation_failed" }),
  {
    name: "a stream by a ticket",
    given: {
      first: ended(),
      ticket: { method: "POST", path: "/tasks/{{first.generation_id}}/events/ticket" },
    },
    request: { path: "/tasks/{{first.generation_id}}/events?ticket={{ticket.ticket}}", as: null },
    status: 200,
    headers: sse,
    body: '"complete"',
  },
  {
    name: "a stream by another's ticket",
    given: {
      first: ended(),
      ticket: { method: "POST", path: "/tasks/{{first.generation_id}}/events/ticket" },
    },
    request: { path: "/tasks/{{task}}/events?ticket={{ticket.ticket}}", as: null },
    status: 401,
    code: "invalid_token",
  },
  {
    name: "a status by a ticket",
    given: {
      first: ended(),
      ticket: { method: "POST", path: "/tasks/{{first.generation_id}}/events/ticket" },
    },
    request: { path: "/tasks/{{first.generation_id}}/status?ticket={{ticket.ticket}}", as: null },
    status: 401,
    code: "unauthenticated",
  },
  {
    name: "a stream to its end",
    given: { first: wish({ prompt: "[slow]" }), end: { path: "/tasks/{{task}}/status?wait=20&version=999" } },
    request: { path: "/tasks/{{first.generation_id}}/events" },
    status: 200,
    headers: sse,
    body: once,
  },
];

const tokens: readonly HostCase[] = [
  ["an old one", { exp: 1 }, "token_expired"],
  ["one of tomorrow", { nbf: 99999999999 }, "invalid_token"],
  ["one without an end", { exp: null }, "invalid_token"],
  ["one of nobody", { sub: "" }, "invalid_token"],
  ["a service's", { role: "service_role" }, "invalid_token"],
].map(([what, claims, code]) => ({
  name: `a token: ${what}`,
  request: { path: "/tasks", claims: claims as Record<string, unknown> },
  status: 401,
  code: code as "token_expired" | "invalid_token",
  headers: { "www-authenticate": "Bearer", vary: "Authorization, Origin" },
}));
const schemes: readonly HostCase[] = [
  ["Bearer", "unauthenticated"],
  ["Bearer ", "unauthenticated"],
  ["Basic YTpi", "unauthenticated"],
  ["Token cat", "unauthenticated"],
  ["Bearer cat", "invalid_token"],
  ["Bearer a.b.c", "invalid_token"],
  ["Bearer a b", "unauthenticated"],
].map(([authorization = "", code]) => ({
  name: `Authorization: ${authorization}`,
  request: { path: "/tasks", as: null, headers: { authorization } },
  status: 401,
  code: code as "unauthenticated" | "invalid_token",
  headers: { "www-authenticate": "Bearer" },
}));

const webhooks: readonly HostCase[] = [
  ["a webhook of nobody", "/webhooks/nobody/secret"],
  ["a webhook with a guess", "/webhooks/studio/secret"],
  ["a webhook with an id", "/webhooks/studio/00000000-0000-4000-8000-000000000000.AAAA"],
].map(([name = "", path = ""]) => ({
  name,
  request: { method: "POST", path, as: null, json: { any: "thing" } },
  status: 401,
  code: "invalid_signature",
}));

export const idempotencyCases: readonly HostCase[] = replays;
export const preferCases: readonly HostCase[] = preferences;
export const actCases: readonly HostCase[] = acts;
export const streamCases: readonly HostCase[] = streams;
export const identityHeaderCases: readonly HostCase[] = [...tokens, ...schemes, ...webhooks];
