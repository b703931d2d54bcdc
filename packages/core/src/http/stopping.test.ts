import { expect, it, vi } from "vitest";
import { createBff } from "../create-bff.ts";
import type { Engine } from "../engine/port.ts";
import { bookAndShop } from "../testing/generations/book-and-shop.ts";
import { memoryStore } from "../testing/generations/memory-store.ts";
import { picture, scriptedProvider } from "../testing/generations/scripted-provider.ts";

vi.setConfig({ testTimeout: 30_000 });

// What becomes of leases and purchases is in generations/hand-over.test.ts; here is what a client sees.

const { openShop } = bookAndShop();
const wish = { task_id: "stopping", prompt: "a lamp" };

it("turns new requests away from its first moment on, lives, and is not ready", async () => {
  const answer = Promise.withResolvers<void>();
  const vendor = scriptedProvider({ submit: () => answer.promise.then(picture) });
  const shop = await openShop({ providers: { vendor: vendor.port } });
  const one = await shop.open();
  await one.ask("alice", "/generate/text-to-image", wish);
  await vi.waitFor(() => expect(vendor.submissions).toHaveLength(1), { timeout: 10_000 });
  const stopped = one.bff.stop(60_000);
  const turnedAway = [
    () => one.ask("alice", "/generate/text-to-image", { ...wish, task_id: "late" }),
    () => one.ask("alice", "/tasks/stopping/status"),
    () => one.ask("alice", "/tasks/stopping/events"),
    () => one.ask("alice", "/ready"),
  ];
  try {
    for (const ask of turnedAway) {
      const { status, headers, json } = await ask();
      expect({ status, error: json.error }).toEqual({ status: 503, error: "unavailable" });
      expect(headers.get("retry-after")).toBe("1");
    }
    expect(await one.ask("alice", "/health")).toMatchObject({ status: 200 });
    expect(await one.ask("alice", "/nothing")).toMatchObject({ status: 404 });
  } finally {
    answer.resolve();
  }
  await stopped;
  const two = await shop.open();
  expect(await two.ask("alice", "/tasks/late")).toMatchObject({ status: 404 });
  expect(vendor.submissions).toHaveLength(1);
});

/** A wish whose second half comes when it is told to. */
function slowly() {
  const begun = Promise.withResolvers<void>();
  const rest = Promise.withResolvers<void>();
  const text = JSON.stringify(wish);
  const chunks = [text.slice(0, 10), text.slice(10)].map((part) => new TextEncoder().encode(part));
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const chunk = chunks.shift();
        if (chunks.length === 0) {
          begun.resolve();
          await rest.promise;
        }
        if (chunk !== undefined) controller.enqueue(chunk);
        else controller.close();
      },
    },
    { highWaterMark: 0 },
  );
  const request = new Request("http://shop.test/api/generate/text-to-image", {
    method: "POST",
    headers: { "x-user": "alice", "content-type": "application/json" },
    body,
    duplex: "half",
  } as RequestInit);
  return { request, begun: begun.promise, rest: rest.resolve };
}

it("answers what it was asked before, and another process makes it", async () => {
  const vendor = scriptedProvider();
  const shop = await openShop({ providers: { vendor: vendor.port } });
  const one = await shop.open();
  const { request, begun, rest } = slowly();
  const asked = one.bff.fetch(request);
  await begun;
  const stopped = one.bff.stop(60_000);
  const waits = new Promise((resolve) => setTimeout(resolve, 300, "waits"));
  expect(await Promise.race([stopped, waits])).toBe("waits");
  rest();
  const response = await asked;
  const { generation_id: id } = (await response.json()) as { generation_id: string };
  await stopped;
  expect(response.status).toBe(202);
  expect(vendor.submissions).toHaveLength(0);
  expect(await shop.endOf(await shop.open(), "alice", id)).toMatchObject({ status: "complete" });
});

it("does not wait for a request beyond the grace", async () => {
  const shop = await openShop({ providers: { vendor: scriptedProvider().port } });
  const one = await shop.open();
  const { request, begun, rest } = slowly();
  const asked = one.bff.fetch(request);
  await begun;
  await one.bff.stop(0);
  rest();
  expect((await asked).status).toBe(503);
});

/** One that does nothing, and what was asked of its parts. */
function idle() {
  const seen = { closed: 0, started: 0 };
  const migrated = Promise.withResolvers<void>();
  const engine: Engine = {
    start: () => {
      seen.started += 1;
    },
    wake: () => undefined,
    stop: async () => undefined,
  };
  const bff = createBff({
    database: {
      call: async () => ({}),
      migrate: () => migrated.promise,
      close: async () => {
        seen.closed += 1;
      },
    },
    storage: memoryStore(),
    auth: {
      authenticate: async () => ({ userId: "alice", admin: false, expiresAt: Number.MAX_SAFE_INTEGER }),
    },
    providers: {},
    prices: {},
    engine,
    secret: "a secret of at least thirty-two letters",
  });
  return { bff, seen, migrated: migrated.resolve };
}

it("stops once, however often it is told", async () => {
  const { bff, seen } = idle();
  await Promise.all([bff.stop(), bff.stop()]);
  await bff.stop();
  expect(seen.closed).toBe(1);
});

it("does not begin to work when it was stopped before, or while it started", async () => {
  const { bff, seen, migrated } = idle();
  const starting = expect(bff.start()).rejects.toThrow();
  await bff.stop();
  migrated();
  await starting;
  await expect(bff.start()).rejects.toThrow();
  expect(seen.started).toBe(0);
});
