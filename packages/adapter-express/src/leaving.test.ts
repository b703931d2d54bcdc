import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import express5 from "express";
import express4 from "express4";
import { afterAll, describe, expect, it, vi } from "vitest";
import { toExpress } from "./to-express.ts";

describe.each([
  ["Express 5", express5],
  ["Express 4", express4],
])("%s", (_, express) => {
  const cancelled = vi.fn();
  const aborted = vi.fn();
  const bff = {
    fetch: async (request: Request) => {
      request.signal.addEventListener("abort", aborted);
      if (request.url.endsWith("/wait"))
        await new Promise((resolve) => aborted.mockImplementationOnce(resolve));
      const body = new ReadableStream<Uint8Array>({
        start: (controller) => controller.enqueue(new TextEncoder().encode(": hello\n\n")),
        cancel: cancelled,
      });
      return new Response(body, { headers: { "content-type": "text/event-stream" } });
    },
  };
  const server = createServer(express().use("/api", toExpress(bff))).listen(0, "127.0.0.1");
  const base = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}/api`;
  afterAll(() => {
    server.close();
    server.closeAllConnections();
  });

  it("lets a stream go when its reader leaves", async () => {
    const leaving = new AbortController();
    const response = await fetch(`${base()}/stream`, { signal: leaving.signal });
    const { value } = (await response.body?.getReader().read()) ?? {};
    expect(new TextDecoder().decode(value)).toBe(": hello\n\n");
    leaving.abort();
    await vi.waitFor(() => expect(cancelled).toHaveBeenCalledTimes(1));
  });

  it("aborts a request whose client leaves before the answer", async () => {
    cancelled.mockClear();
    const leaving = new AbortController();
    const waiting = fetch(`${base()}/wait`, { signal: leaving.signal }).catch((error: unknown) => error);
    setTimeout(() => leaving.abort(), 50);
    await waiting;
    await vi.waitFor(() => expect(aborted).toHaveBeenCalled());
    // The answer comes for nobody: its body is let go as well.
    await vi.waitFor(() => expect(cancelled).toHaveBeenCalledTimes(1));
  });
});
