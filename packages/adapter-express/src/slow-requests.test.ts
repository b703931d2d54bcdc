import express5 from "express";
import express4 from "express4";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Listening, listen } from "./testing/listen.ts";
import { rawRequest } from "./testing/raw-request.ts";
import { createSmallBff, type SmallBff } from "./testing/small-bff.ts";
import { toExpress } from "./to-express.ts";

// A request that drips holds memory and a connection. Each of these is answered and closed; the limits are short here,
// and nothing but slow requests is sent.

let small: SmallBff;
beforeAll(async () => {
  small = await createSmallBff({ jsonTimeoutMs: 200, fileTimeoutMs: 200 });
});
afterAll(() => small.close());

const head = (method: string, path: string, ...headers: string[]) =>
  [`${method} /api${path} HTTP/1.1`, "host: bff.test", ...headers, "", ""].join("\r\n");

const json = "content-type: application/json";
const form = "content-type: multipart/form-data; boundary=x";
const slow: readonly (readonly [name: string, head: string, begun: string, drip: string])[] = [
  [
    "JSON of a known length",
    head("POST", "/generate/text-to-image", json, "content-length: 100000"),
    "{",
    " ",
  ],
  [
    "JSON in chunks",
    head("POST", "/generate/text-to-image", json, "transfer-encoding: chunked"),
    "1\r\n{\r\n",
    "1\r\n \r\n",
  ],
  ["JSON that never begins", head("POST", "/quotes", json, "content-length: 10"), "", ""],
  ["a form", head("POST", "/uploads", form, "content-length: 100000"), "--x\r\n", "a"],
  [
    "a form's file",
    head("POST", "/uploads", form, "transfer-encoding: chunked"),
    `40\r\n${'--x\r\ncontent-disposition: form-data; name="file"; filename="a"\r\n\r\n'.slice(0, 64)}\r\n`,
    "1\r\na\r\n",
  ],
];

describe.each([
  ["Express 5", (handler: ReturnType<typeof toExpress>) => express5().use("/api", handler)],
  ["Express 4", (handler: ReturnType<typeof toExpress>) => express4().use("/api", handler)],
  ["node:http", (handler: ReturnType<typeof toExpress>) => handler],
])("through %s", (_, mount) => {
  let server: Listening;
  beforeAll(async () => {
    server = await listen(mount(toExpress(small.bff)));
  });
  afterAll(() => server.close());

  it.concurrent.each(slow)("%s that drips is 408, and the line is closed", async (__, start, begun, drip) => {
    const { status, text } = await rawRequest(server.port, start + begun, drip);
    expect({ status, code: /"error":"(\w+)"/.exec(text)?.[1] }).toEqual({
      status: 408,
      code: "request_timeout",
    });
  });

  it.concurrent("a signed upload that drips is 408, and leaves nothing", async () => {
    const reserved = await small.bff.fetch(
      new Request("http://bff.test/api/uploads", {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ filename: "a.png", content_type: "image/png", bytes: 100_000 }),
      }),
    );
    const { upload } = (await reserved.json()) as { upload: { url: string } };
    const start = head(
      "PUT",
      upload.url.slice("/api".length),
      "content-type: image/png",
      "content-length: 100000",
    );
    const { status, text } = await rawRequest(server.port, start, "a");
    expect(status).toBe(408);
    expect(text).toContain('"request_timeout"');
  });
});

it("leaves headers that never end to the host, which closes the line", async () => {
  const server = await listen(toExpress(small.bff), { headersTimeout: 200, connectionsCheckingInterval: 50 });
  const { status } = await rawRequest(
    server.port,
    "GET /api/health HTTP/1.1\r\nhost: bff.test\r\n",
    "x-a: b\r\n",
  );
  expect(status).toBe(408);
  await server.close();
});
