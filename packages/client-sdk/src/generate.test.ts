import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { answering, type BffServer, dropping, failing, startBffServer } from "../test/bff-server.ts";
import { clientOf } from "../test/client.ts";
import { complete, created, generationId, picture, taskId } from "../test/wire.ts";
import { isGenbffError } from "./index.ts";

let server: BffServer;
beforeEach(async () => {
  server = await startBffServer();
});
afterEach(() => server.close());

const route = "POST /generate/text-to-image";
const request = { task_id: taskId, provider: "openai", prompt: "a fox", quality: "low" } as const;

test("sends the request with the token and an Idempotency-Key", async () => {
  server.on(route, answering(202, created));
  const generation = await clientOf(server).generate("text-to-image", request);
  expect(generation.id).toBe(generationId);
  expect(generation.taskId).toBe(taskId);
  const [received] = server.of(route);
  expect(received?.json()).toEqual(request);
  expect(received?.headers.authorization).toBe("Bearer token-1");
  expect(received?.headers["idempotency-key"]).toMatch(
    /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f-]{16}/,
  );
});

test("gives each call a key of its own, and takes the caller's", async () => {
  server.on(route, answering(202, created));
  const api = clientOf(server);
  await api.generate("text-to-image", request);
  await api.generate("text-to-image", request);
  await api.generate("text-to-image", request, { idempotencyKey: "mine" });
  const keys = server.of(route).map((one) => one.headers["idempotency-key"]);
  expect(new Set(keys).size).toBe(3);
  expect(keys[2]).toBe("mine");
});

test.each([
  ["a dropped connection", dropping],
  ["503 with Retry-After", failing(503, "queue_full", { headers: { "retry-after": "0" } })],
  ["409 of a first try that still runs", failing(409, "idempotency_in_progress")],
  ["a gateway without an answer", answering(504, "Gateway timeout")],
])("repeats the same request with the same key after %s", async (_, answer) => {
  server.on(route, answer, answering(202, created));
  const generation = await clientOf(server).generate("text-to-image", request);
  expect(generation.id).toBe(generationId);
  const received = server.of(route);
  expect(received).toHaveLength(2);
  expect(received[0]?.headers["idempotency-key"]).toBe(received[1]?.headers["idempotency-key"]);
  expect(received[0]?.body).toEqual(received[1]?.body);
});

test("tries three times and no more", async () => {
  server.on(route, dropping);
  const error = await clientOf(server)
    .generate("text-to-image", request)
    .catch((reason: unknown) => reason);
  expect(isGenbffError(error, "network")).toBe(true);
  expect(server.of(route)).toHaveLength(3);
});

test.each([
  ["a refusal", failing(402, "insufficient_credits", { details: { required: 5, available: 1 } }), 402],
  ["503 that does not say when", failing(503, "unavailable"), 503],
  ["503 for longer than people wait", failing(503, "queue_full", { headers: { "retry-after": "60" } }), 503],
  ["a failure inside the server", failing(500, "internal_error"), 500],
])("does not repeat %s", async (_, answer, status) => {
  server.on(route, answer);
  await expect(clientOf(server).generate("text-to-image", request)).rejects.toMatchObject({ status });
  expect(server.of(route)).toHaveLength(1);
});

test("stops repeating when it is aborted", async () => {
  const stop = new AbortController();
  server.on(route, (response) => {
    stop.abort(new Error("left the page"));
    response.destroy();
  });
  const started = clientOf(server).generate("text-to-image", request, { signal: stop.signal });
  await expect(started).rejects.toThrow("left the page");
  expect(server.of(route)).toHaveLength(1);
});

test("knows the result at once when the server waited for it", async () => {
  server.on(route, answering(200, complete(4), { "preference-applied": "wait=20" }));
  const generation = await clientOf(server).generate("text-to-image", request, { waitS: 20 });
  expect(server.of(route)[0]?.headers.prefer).toBe("wait=20");
  expect(await generation.result()).toEqual({ assets: [picture], failures: [] });
  expect(server.received).toHaveLength(1);
});

test("asks for a price without the task", async () => {
  const price = { credits: 5, quote_id: "q", expires_at: "2026-01-01T00:10:00Z", breakdown: [] };
  server.on("POST /quotes", answering(200, price));
  expect(await clientOf(server).quote("text-to-image", request)).toEqual(price);
  expect(server.of("POST /quotes")[0]?.json()).toEqual({
    operation: "text-to-image",
    provider: "openai",
    prompt: "a fox",
    quality: "low",
  });
});

test("cancels, and tries again with a key", async () => {
  const cancelled = { generation_id: generationId, status: "processing", cancel_requested: true };
  server.on(`POST /generations/${generationId}/cancel`, answering(200, cancelled));
  server.on(
    `POST /generations/${generationId}/retry`,
    dropping,
    answering(202, { ...created, generation_id: "new" }),
  );
  const generation = clientOf(server).generation<"text-to-image">(generationId);
  expect(await generation.cancel()).toEqual(cancelled);
  expect((await generation.retry()).id).toBe("new");
  const [first, second] = server.of(`POST /generations/${generationId}/retry`);
  expect(first?.headers["idempotency-key"]).toBeTruthy();
  expect(first?.headers["idempotency-key"]).toBe(second?.headers["idempotency-key"]);
});

test("makes keys on pages without https", async () => {
  const { randomUuid } = await import("./random-uuid.ts");
  vi.stubGlobal("crypto", { getRandomValues: crypto.getRandomValues.bind(crypto) });
  expect(randomUuid()).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(randomUuid()).not.toBe(randomUuid());
  vi.unstubAllGlobals();
});
