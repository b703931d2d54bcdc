import { testOrigin } from "../../test-bff.ts";
import { get, type HostCase } from "../case.ts";
import { paths } from "./paths.cases.ts";

const allowHeaders =
  "Authorization, Content-Type, Idempotency-Key, Prefer, Last-Event-ID, Range, If-Range, If-None-Match, X-Request-Id";
const exposeHeaders =
  "Location, Retry-After, RateLimit-Limit, RateLimit-Remaining, RateLimit-Reset, X-Request-Id, Idempotency-Replayed, Preference-Applied, ETag, Accept-Ranges, Content-Range, Content-Disposition";

/** What an allowed page is told. */
const allowed = {
  "access-control-allow-origin": testOrigin,
  "access-control-allow-credentials": "true",
  "access-control-expose-headers": exposeHeaders,
};
/** What every other page is told. */
const silent = {
  "access-control-allow-origin": null,
  "access-control-allow-credentials": null,
  "access-control-expose-headers": null,
  "access-control-allow-methods": null,
  "access-control-allow-headers": null,
  "access-control-max-age": null,
};
const preflight = (path: string, origin: string, method: string) => ({
  path,
  as: null,
  method: "OPTIONS" as const,
  headers: {
    origin,
    "access-control-request-method": method,
    "access-control-request-headers": "authorization,content-type,idempotency-key",
  },
});

const asked: readonly HostCase[] = paths.map(([path, allow]) => ({
  name: `asks before ${path}`,
  request: preflight(path, testOrigin, allow.split(", ").at(-1) ?? ""),
  status: 204,
  headers: {
    ...allowed,
    "access-control-allow-methods": allow,
    "access-control-allow-headers": allowHeaders,
    "access-control-max-age": "7200",
    vary: "Authorization, Origin",
    "content-type": null,
  },
  body: "",
}));

const strangers: readonly string[] = [
  "null",
  "*",
  "https://evil.example",
  "http://app.example.com",
  "https://app.example.com:8443",
  "https://app.example.com.evil.example",
  "https://evil-app.example.com",
  "https://sub.app.example.com",
  "https://APP.example.com",
  "https://app.example.com/",
  "https://app.example.com, https://evil.example",
  "app.example.com",
  "file://",
];

const refused: readonly HostCase[] = strangers.flatMap((origin) => [
  {
    name: `asks from ${origin}`,
    request: preflight("/credits/balance", origin, "GET"),
    status: 405,
    code: "method_not_allowed",
    headers: { ...silent, allow: "GET, HEAD", vary: "Authorization, Origin" },
  },
  get(`reads from ${origin}`, "/credits/balance", 200, {
    headers: { ...silent, vary: "Authorization, Origin" },
    request: { headers: { origin } },
  }),
]);

const from = (more: Record<string, string> = {}) => ({ headers: { origin: testOrigin, ...more } });

const answered: readonly HostCase[] = [
  get("reads", "/credits/balance", 200, {
    headers: { ...allowed, vary: "Authorization, Origin" },
    request: from(),
  }),
  get("reads a head", "/tasks", 200, { headers: allowed, body: "", request: { ...from(), method: "HEAD" } }),
  get("reads health", "/health", 200, {
    headers: { ...allowed, vary: "Origin" },
    request: { ...from(), as: null },
  }),
  get("is not signed in", "/tasks", 401, {
    code: "unauthenticated",
    headers: { ...allowed, vary: "Authorization, Origin" },
    request: { ...from(), as: null },
  }),
  get("has another's token", "/tasks", 401, {
    code: "invalid_token",
    headers: allowed,
    request: { as: null, headers: { origin: testOrigin, authorization: "Bearer cat" } },
  }),
  get("asks for nothing", "/nothing", 404, {
    code: "not_found",
    headers: allowed,
    request: { ...from(), as: null },
  }),
  get("asks before nothing", "/nothing", 404, {
    code: "not_found",
    headers: { ...allowed, "access-control-allow-methods": null },
    request: preflight("/nothing", testOrigin, "GET"),
  }),
  get("asks without a method", "/tasks", 405, {
    code: "method_not_allowed",
    headers: { ...allowed, "access-control-allow-methods": null },
    request: { ...from(), method: "OPTIONS", as: null },
  }),
  get("deletes", "/tasks", 405, {
    code: "method_not_allowed",
    headers: allowed,
    request: { ...from(), method: "DELETE" },
  }),
  get("asks wrongly", "/tasks?limit=0", 400, {
    code: "validation_failed",
    headers: allowed,
    request: from(),
  }),
  get("streams", "/tasks/{{stage.done}}/events", 200, {
    headers: { ...allowed, "content-type": "text/event-stream" },
    request: from(),
  }),
  get("has read the stream", "/tasks/{{stage.done}}/events", 204, {
    headers: allowed,
    body: "",
    request: from({ "last-event-id": "{{stage.version}}" }),
  }),
  get("shows a file", "{{stage.file}}", 200, {
    headers: { ...allowed, vary: "Origin", "cross-origin-resource-policy": "cross-origin" },
    request: { ...from(), as: null },
  }),
  get("shows a part of a file", "{{stage.file}}", 206, {
    headers: { ...allowed, "content-range": "bytes 0-3/69" },
    request: { ...from({ range: "bytes=0-3" }), as: null },
  }),
  get("has the file already", "{{stage.file}}", 304, {
    headers: { ...allowed, vary: "Origin" },
    body: "",
    request: { ...from({ "if-none-match": "*" }), as: null },
  }),
  get("a stranger shows a file", "{{stage.file}}", 200, {
    headers: { ...silent, vary: "Origin", "cross-origin-resource-policy": "cross-origin" },
    request: { as: null, headers: { origin: "https://evil.example" } },
  }),
  get("no page at all", "/credits/balance", 200, { headers: { ...silent, vary: "Authorization, Origin" } }),
  {
    name: "starts a generation",
    request: {
      method: "POST",
      path: "/generate/text-to-image",
      headers: { origin: testOrigin },
      json: { task_id: "{{task}}", prompt: "a cat" },
    },
    status: 202,
    headers: allowed,
  },
  {
    name: "a stranger's simple request, with the browser's cookies and no token",
    request: {
      method: "POST",
      path: "/generate/text-to-image",
      as: null,
      headers: { origin: "https://evil.example", "content-type": "text/plain", cookie: "session=abc" },
      body: '{"task_id": "{{task}}", "prompt": "a cat"}',
    },
    status: 401,
    code: "unauthenticated",
    headers: silent,
  },
];

/** Pages of other origins: what they ask before, what they are answered, and strangers. */
export const corsCases: readonly HostCase[] = [...asked, ...refused, ...answered];
