import { expect, it } from "vitest";
import { readJson } from "./read-json.ts";

function post(body: ReadableStream<Uint8Array>): Request {
  return new Request("http://body.test", { method: "POST", body, duplex: "half" } as RequestInit);
}
const limits = { bytesMax: 1000, timeoutMs: 50 };

it("stops waiting for a body that drips, and lets it go", async () => {
  let cancelled = false;
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      await new Promise((resolve) => setTimeout(resolve, 20));
      controller.enqueue(Uint8Array.of(0x20));
    },
    cancel: () => {
      cancelled = true;
    },
  });
  await expect(readJson(post(body), limits)).rejects.toMatchObject({ code: "request_timeout" });
  expect(cancelled).toBe(true);
});

it("stops at the limit, whatever was declared", async () => {
  let sent = 0;
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      sent += 100;
      controller.enqueue(new Uint8Array(100).fill(0x20));
    },
  });
  await expect(readJson(post(body), limits)).rejects.toMatchObject({ code: "payload_too_large" });
  expect(sent).toBeLessThan(2000);
});

it("calls a line that breaks a request that did not arrive", async () => {
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      controller.error(new Error("reset"));
    },
  });
  await expect(readJson(post(body), limits)).rejects.toMatchObject({ code: "request_timeout" });
});
