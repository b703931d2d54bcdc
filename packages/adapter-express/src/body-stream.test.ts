import { Readable } from "node:stream";
import type { HttpBindings } from "@hono/node-server";
import { expect, it } from "vitest";
import { readDirectly } from "./body-stream.ts";
import { listen } from "./testing/listen.ts";
import { rawRequest } from "./testing/raw-request.ts";
import { toExpress } from "./to-express.ts";

/** The body of a request whose bytes come from there. */
function bodyOf(source: Readable, method = "POST"): ReadableStream<Uint8Array> | null {
  const request = { method, body: null } as unknown as Request;
  readDirectly(request, source as HttpBindings["incoming"]);
  expect(request.body).toBe(request.body);
  return request.body as ReadableStream<Uint8Array> | null;
}

it("gives every byte in its order, to whoever reads slowly too", async () => {
  const bytes = Buffer.from(Array.from({ length: 300_000 }, (_, index) => index % 251));
  const source = new Readable({ read: () => undefined });
  for (let at = 0; at < bytes.length; at += 7000) source.push(bytes.subarray(at, at + 7000));
  source.push(null);
  const read: Uint8Array[] = [];
  for await (const chunk of bodyOf(source) ?? []) {
    read.push(chunk);
    await new Promise(setImmediate);
  }
  expect(Buffer.concat(read).equals(bytes)).toBe(true);
});

it("asks for no more than is read, and for nothing once it is cancelled", async () => {
  let made = 0;
  const source = new Readable({
    highWaterMark: 1000,
    read() {
      made++;
      this.push(Buffer.alloc(1000));
    },
  });
  const reader = bodyOf(source)?.getReader();
  for (let read = 1; read <= 20; read++) {
    await reader?.read();
    await new Promise(setImmediate);
    expect(made).toBeLessThanOrEqual(read + 4);
  }
  await reader?.cancel();
  const before = made;
  for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
  expect(made).toBeLessThanOrEqual(before + 1);
  // The line must stay open for the answer.
  expect(source.destroyed).toBe(false);
});

it.each([
  ["breaks off with a reason", (source: Readable) => source.destroy(new Error("reset")), "reset"],
  ["breaks off without a reason", (source: Readable) => source.destroy(), "broken off"],
])("fails where it %s, now or before it is looked at", async (_, breakOff, reason) => {
  const source = new Readable({ read: () => undefined });
  // As of a request of Node's: an error that nobody listens for yet ends no process.
  source.on("error", () => undefined);
  const reading = bodyOf(source)?.getReader().read();
  const [result] = await Promise.allSettled([reading, breakOff(source)]);
  expect(result).toMatchObject({ status: "rejected", reason: { message: expect.stringContaining(reason) } });
  await expect(bodyOf(source)?.getReader().read()).rejects.toThrow(reason);
});

it("is empty where somebody has read it to its end", async () => {
  const source = Readable.from([Buffer.from("read")]);
  for await (const _ of source);
  expect(await bodyOf(source)?.getReader().read()).toEqual({ done: true, value: undefined });
});

it("has none for a request that has none", () => {
  expect(bodyOf(new Readable(), "GET")).toBe(null);
  expect(bodyOf(new Readable(), "HEAD")).toBe(null);
});

it("lets an early answer through, and the rest of the body after it", async () => {
  const fetch = async (request: Request) => {
    await request.body?.cancel();
    return Response.json({ refused: true }, { status: 413 });
  };
  const server = await listen(toExpress({ fetch }));
  const head = "POST /api/x HTTP/1.1\r\nhost: bff.test\r\ncontent-length: 200000\r\n\r\n";
  const asked = "GET /api/x HTTP/1.1\r\nhost: bff.test\r\nconnection: close\r\n\r\n";
  const { text } = await rawRequest(server.port, `${head}${"a".repeat(200_000)}${asked}`);
  expect(text.match(/HTTP\/1\.1 413/g)).toHaveLength(2);
  await server.close();
});

it("leaves the body to whoever reads a form, after somebody who only looked whether there is one", async () => {
  const read = async (request: Request) => {
    const there = request.body !== null;
    // What a middleware waits for meanwhile: bytes arrive, and must not be taken.
    await new Promise((resolve) => setTimeout(resolve, 50));
    return Response.json({ there, names: [...(await request.formData()).keys()] });
  };
  const server = await listen(toExpress({ fetch: read }));
  const form = new FormData();
  form.set("brief", "a bakery");
  form.set("photo", new Blob([new Uint8Array(200_000)]), "photo.png");
  const answer = await fetch(`http://127.0.0.1:${server.port}/`, { method: "POST", body: form });
  expect(await answer.json()).toEqual({ there: true, names: ["brief", "photo"] });
  await server.close();
});
