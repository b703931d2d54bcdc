import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { createTestDatabase } from "../../packages/core/src/testing/embedded/test-database.ts";
import type { Host } from "../../packages/core/src/testing/host.ts";
import { hostSuite } from "../../packages/core/src/testing/host-suite.ts";
import { fetchHosts } from "./fetch-hosts.ts";

// Hosts that speak Fetch are a line of glue each: what that line can break is played through them all. Everything else
// is played through Express and Lambda, which have more in between.

const topics = [
  "heads",
  "methods",
  "unknown paths",
  "CORS",
  "sizes and types of bodies",
  "forms",
  "files",
  "streams",
];

const cannot = {
  "Next.js route handlers": [
    {
      reason: "Next.js redirects paths that end in a slash",
      cases: ["/", "/tasks/", "/generate/", "/files/", "/health/"],
    },
  ],
};

for (const [name, makeHost] of Object.entries(fetchHosts))
  hostSuite(name, {
    topics,
    makeDatabase: createTestDatabase,
    makeHost,
    cannot: cannot[name as keyof typeof cannot] ?? [],
  });

describe.each(Object.entries(fetchHosts))("%s", (name, makeHost) => {
  const told: (object | undefined)[] = [];
  const cancelled = vi.fn();
  const aborted = vi.fn();
  const asked = vi.fn();
  let host: Host;
  beforeAll(async () => {
    host = await makeHost({
      async fetch(request, more) {
        told.push(more);
        request.signal.addEventListener("abort", aborted);
        asked();
        if (request.url.endsWith("/wait"))
          await new Promise((resolve) => request.signal.addEventListener("abort", resolve));
        const body = new ReadableStream<Uint8Array>({
          start: (controller) => controller.enqueue(new TextEncoder().encode(": hello\n\n")),
          cancel: cancelled,
        });
        return new Response(body, { headers: { "content-type": "text/event-stream" } });
      },
    });
  });
  afterAll(() => host.close());
  const ask = (path: string, init: RequestInit = {}) => host.fetch(new Request(host.baseUrl + path, init));

  it("hands over what is written while it is written, and lets a stream go when its reader leaves", async () => {
    const leaving = new AbortController();
    const response = await ask("/stream", { signal: leaving.signal });
    const reader = response.body?.getReader();
    const { value } = (await reader?.read()) ?? {};
    expect(new TextDecoder().decode(value)).toBe(": hello\n\n");
    // On a line the line is cut; Next.js cancels the body itself.
    if (host.baseUrl.startsWith("http://127.")) leaving.abort();
    else await reader?.cancel();
    await vi.waitFor(() => expect(cancelled).toHaveBeenCalledTimes(1));
  });

  it("aborts a request whose client leaves before the answer", async () => {
    aborted.mockClear();
    asked.mockClear();
    const leaving = new AbortController();
    const waiting = ask("/wait", { signal: leaving.signal }).catch((error: unknown) => error);
    await vi.waitFor(() => expect(asked).toHaveBeenCalled());
    leaving.abort();
    await Promise.all([waiting, vi.waitFor(() => expect(aborted).toHaveBeenCalled())]);
  });

  it("tells the socket's address where it knows it, whatever the client writes", async () => {
    told.length = 0;
    const response = await ask("/health", { headers: { "x-forwarded-for": "203.0.113.1" } });
    await response.body?.cancel();
    expect(told).toEqual([name === "Next.js route handlers" ? undefined : { remoteAddress: "127.0.0.1" }]);
  });
});
