import { createServer } from "node:http";
import { type AddressInfo, connect } from "node:net";
import express from "express";
import { afterAll, expect, it, vi } from "vitest";
import { createSseWriter, type SseWriter } from "../../core/src/http/sse-writer.ts";
import { toExpress } from "./to-express.ts";

// A reader that opens a stream and reads nothing of it, over a real line: what waits for it is bounded. And an answer that
// breaks off.

const writers: SseWriter[] = [];
const ended = vi.fn();
const warn = vi.fn();
const bff = {
  logger: { warn },
  fetch: async ({ url }: Request) => {
    if (url.endsWith("/broken")) return new Response(broken());
    const writer = createSseWriter(ended);
    writers.push(writer);
    return new Response(writer.body, { headers: { "content-type": "text/event-stream" } });
  },
};
/** A file that is gone while it is read. */
function broken(): ReadableStream<Uint8Array> {
  let pulls = 0;
  return new ReadableStream<Uint8Array>({
    pull(controller) {
      if (pulls++ === 0) controller.enqueue(new Uint8Array(1000));
      else controller.error(new Error("a stored file became shorter while it was read"));
    },
  });
}
const server = createServer(express().use("/api", toExpress(bff))).listen(0, "127.0.0.1");
afterAll(() => {
  vi.restoreAllMocks();
  server.close();
  server.closeAllConnections();
});

it("drops a reader that does not read, and nobody else", async () => {
  const printed = (["log", "info", "warn", "error"] as const).map((level) =>
    vi.spyOn(console, level).mockImplementation(() => undefined),
  );
  const { port } = server.address() as AddressInfo;
  const eager = await fetch(`http://127.0.0.1:${port}/api/tasks/t/events`);
  const read = { bytes: 0, over: false };
  const drain = async () => {
    for await (const chunk of eager.body ?? []) read.bytes += chunk.byteLength;
  };
  drain()
    .catch(() => undefined)
    .finally(() => {
      read.over = true;
    });

  const lazy = connect(port, "127.0.0.1");
  const broken = new Promise((resolve) => lazy.on("close", resolve));
  lazy.on("error", () => undefined);
  lazy.write("GET /api/tasks/t/events HTTP/1.1\r\nhost: localhost\r\n\r\n");
  await vi.waitFor(() => expect(writers).toHaveLength(2));
  const [toEager, toLazy] = writers as [SseWriter, SseWriter];

  // As fast as the eager one reads: what the kernel takes for the lazy one is the kernel's business.
  const data = "x".repeat(64_000);
  let written = 0;
  for (; !toLazy.ended && written < 5000; written++) {
    toEager.event("generation", data, written);
    toLazy.event("generation", data, written);
    while (read.bytes < (written + 1) * data.length) await new Promise(setImmediate);
  }
  expect([toLazy.ended, toEager.ended, read.over]).toEqual([true, false, false]);
  expect(ended).toHaveBeenCalledTimes(1);

  // It finds the line broken when it reads at last: so it comes back with its Last-Event-ID.
  lazy.resume();
  await broken;
  toEager.end();
  await vi.waitFor(() => expect(read.over).toBe(true));
  expect(ended.mock.calls).toEqual([["too slow"], []]);
  // Neither is a failure of ours: nobody needs to read of it.
  for (const print of printed) expect(print).not.toHaveBeenCalled();
  expect(warn).not.toHaveBeenCalled();
}, 60_000);

it("cuts an answer off that breaks, and tells the log of it and nobody else", async () => {
  const print = vi.spyOn(console, "error").mockImplementation(() => undefined);
  const { port } = server.address() as AddressInfo;
  const response = await fetch(`http://127.0.0.1:${port}/api/broken`);
  expect(response.status).toBe(200);
  await expect(response.arrayBuffer()).rejects.toThrow();
  await vi.waitFor(() => expect(warn).toHaveBeenCalledTimes(1));
  expect(warn.mock.calls[0]?.[0]).toMatchObject({ error: { message: expect.stringContaining("shorter") } });
  expect(print).not.toHaveBeenCalled();
});
