import express5 from "express";
import express4 from "express4";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Listening, listen } from "./testing/listen.ts";
import { rawRequest } from "./testing/raw-request.ts";
import { createSmallBff, type SmallBff } from "./testing/small-bff.ts";
import { toExpress } from "./to-express.ts";

// What a Request cannot say: how headers are written, what comes twice, where a body ends.

let small: SmallBff;
beforeAll(async () => {
  small = await createSmallBff({});
});
afterAll(() => small.close());

const wish = (task: string) => JSON.stringify({ task_id: task, prompt: "a cat" });
const raw = (start: string, headers: readonly string[], body = "") =>
  [`${start} HTTP/1.1`, "Host: bff.test", "Connection: close", ...headers, "", body].join("\r\n");
const generate = (headers: readonly string[], body: string) =>
  raw("POST /api/generate/text-to-image", [`Content-Length: ${Buffer.byteLength(body)}`, ...headers], body);
const type = "Content-Type: application/json";
const chunked = "Transfer-Encoding: chunked";

function inChunks(task: string): string {
  const [one, two] = [wish(task).slice(0, 9), wish(task).slice(9)];
  const body = `9\r\n${one}\r\n${two.length.toString(16)}\r\n${two}\r\n0\r\n\r\n`;
  return raw("POST /api/generate/text-to-image", [type, chunked], body);
}

interface WireCase {
  readonly name: string;
  /** @param task - A task_id of its own. */
  readonly request: (task: string) => string;
  readonly status: number;
  /** Without one our own part was never reached, or nothing was refused. */
  readonly code?: string;
}
const wire = (name: string, request: WireCase["request"], status: number, code?: string): WireCase => ({
  name,
  request,
  status,
  ...(code === undefined ? {} : { code }),
});
const key = (...keys: string[]) => keys.map((each) => `Idempotency-Key: ${each}`);

const cases: readonly WireCase[] = [
  wire("headers in capitals", (task) => generate(["CONTENT-TYPE: APPLICATION/JSON"], wish(task)), 202),
  wire("headers without spaces", (task) => generate(["content-type:application/json"], wish(task)), 202),
  wire(
    "headers with many spaces",
    (task) => generate(["content-type:   application/json  "], wish(task)),
    202,
  ),
  wire("a body in chunks", inChunks, 202),
  wire(
    "a client that asks before it sends",
    (task) => generate([type, "Expect: 100-continue"], wish(task)),
    202,
  ),
  wire(
    "the key twice",
    (task) => generate([type, ...key("a", "b")], wish(task)),
    400,
    "invalid_idempotency_key",
  ),
  wire(
    "the same key twice",
    (task) => generate([type, ...key("a", "a")], wish(task)),
    400,
    "invalid_idempotency_key",
  ),
  wire("a path with scheme and host in it", () => raw("GET http://bff.test/api/health", []), 200),
  wire("a path that goes up and comes back", () => raw("GET /api/tasks/../health", []), 200),
  wire("a path with an escape that is none", () => raw("GET /api/tasks/%zz", []), 404, "not_found"),
  wire("a method that nobody knows here", () => raw("PROPFIND /api/tasks", []), 405, "method_not_allowed"),
  wire("a body with GET", () => raw("GET /api/health", ["Content-Length: 5"], "hello"), 200),
  wire("no host", () => "GET /api/health HTTP/1.1\r\nConnection: close\r\n\r\n", 400),
  wire(
    "two lengths",
    () => raw("POST /api/quotes", [type, "Content-Length: 2", "Content-Length: 3"], "{}"),
    400,
  ),
  wire(
    "a length and chunks",
    () => raw("POST /api/quotes", [type, "Content-Length: 2", chunked], "0\r\n\r\n"),
    400,
  ),
  wire("a length that is none", () => raw("POST /api/quotes", [type, "Content-Length: two"], "{}"), 400),
  wire("a header that goes on in the next line", () => raw("GET /api/health", ["X-A: b", " c"]), 400),
];

describe.each([
  ["Express 5", (handler: ReturnType<typeof toExpress>) => express5().use("/api", handler)],
  ["Express 4", (handler: ReturnType<typeof toExpress>) => express4().use("/api", handler)],
  ["node:http", (handler: ReturnType<typeof toExpress>) => handler],
])("through %s", (host, mount) => {
  let server: Listening;
  beforeAll(async () => {
    server = await listen(mount(toExpress(small.bff)));
  });
  afterAll(() => server.close());

  it.concurrent.each(cases)("$name", async ({ name, request, status, code }) => {
    const task = `${host} ${name}`.replaceAll(/\W/g, "-");
    const answer = await rawRequest(server.port, request(task));
    expect({ status: answer.status, code: /"error":"(\w+)"/.exec(answer.text)?.[1] }).toEqual({
      status,
      code,
    });
    expect(answer.text.toLowerCase()).not.toContain("x-powered-by");
  });
});
