import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { answering, type BffServer, dropping, failing, startBffServer } from "../test/bff-server.ts";
import { clientOf } from "../test/client.ts";
import { balance } from "../test/wire.ts";
import { isGenbffError, isGenerationError } from "./index.ts";

let server: BffServer;
beforeEach(async () => {
  server = await startBffServer();
});
afterEach(() => server.close());

const route = "GET /credits/balance";
const errorOf = async () =>
  clientOf(server)
    .credits.balance()
    .catch((reason: unknown) => reason);

test("carries code, details, sentence, status and request id", async () => {
  server.on(route, failing(402, "insufficient_credits", { details: { required: 5, available: 1 } }));
  const error = await errorOf();
  if (!isGenbffError(error, "insufficient_credits")) throw error;
  expect(error.details.required - error.details.available).toBe(4);
  expect(error.message).toBe("About insufficient_credits.");
  expect(error.status).toBe(402);
  expect(error.requestId).toBe("request-1");
  expect(isGenbffError(error, "rate_limited", "network")).toBe(false);
  expect(isGenerationError(error)).toBe(false);
});

test("says when to ask again, from the body or from the header", async () => {
  server.on(route, failing(429, "rate_limited", { headers: { "retry-after": "7" } }));
  const byHeader = await errorOf();
  if (!isGenbffError(byHeader, "rate_limited")) throw byHeader;
  expect(byHeader.details.retry_after_s).toBe(7);
  expect(byHeader.retryAfterMs).toBe(7000);
  server.on(route, failing(429, "rate_limited", { details: { retry_after_s: 9 } }));
  expect(await errorOf()).toMatchObject({ details: { retry_after_s: 9 } });
  const inAMinute = new Date(Date.now() + 60_000).toUTCString();
  server.on(route, failing(503, "queue_full", { headers: { "retry-after": inAMinute } }));
  const byDate = await errorOf();
  if (!isGenbffError(byDate, "queue_full")) throw byDate;
  expect(byDate.details.retry_after_s).toBeGreaterThan(50);
});

test("says what is wrong with which field", async () => {
  const issues = [{ pointer: "/prompt", message: "Must not be empty." }];
  server.on(route, failing(400, "validation_failed", { details: { issues } }));
  const error = await errorOf();
  if (!isGenbffError(error, "validation_failed")) throw error;
  expect(error.details.issues).toEqual(issues);
  server.on(route, failing(404, "not_found"));
  expect(await errorOf()).toMatchObject({ details: {} });
});

test("passes a code on that it does not know", async () => {
  server.on(route, failing(418, "of_a_newer_server"));
  expect(await errorOf()).toMatchObject({ code: "of_a_newer_server", status: 418 });
});

test("tells a stranger's answer from the BFF's", async () => {
  server.on(route, (response) => void response.writeHead(403).end("<html>blocked</html>"));
  expect(await errorOf()).toMatchObject({ code: "unexpected_answer", status: 403 });
  server.on(route, (response) => void response.writeHead(200).end("<html>the app's own page</html>"));
  expect(await errorOf()).toMatchObject({ code: "unexpected_answer", status: 200 });
  expect(String(((await errorOf()) as Error).cause)).toContain("baseUrl");
});

test("repeats a read that got no answer", async () => {
  server.on(route, dropping, answering(503, "down"), answering(200, balance(95)));
  expect(await clientOf(server).credits.balance()).toEqual(balance(95));
});

test("is recognised across two copies of the package", () => {
  const foreign = Object.assign(new Error("x"), {
    code: "not_found",
    [Symbol.for("@genbff/client-sdk/error")]: true,
  });
  expect(isGenbffError(foreign, "not_found")).toBe(true);
  expect(isGenbffError(new Error("x"))).toBe(false);
  expect(isGenbffError(undefined)).toBe(false);
});

test("asks once for a fresh token when the old one has expired", async () => {
  server.on(route, failing(401, "token_expired"), answering(200, balance(1)));
  const getAccessToken = vi.fn(({ refresh }: { refresh: boolean }) => (refresh ? "fresh" : "old"));
  await clientOf(server, { getAccessToken }).credits.balance();
  expect(getAccessToken.mock.calls).toEqual([[{ refresh: false }], [{ refresh: true }]]);
  expect(server.of(route).map((one) => one.headers.authorization)).toEqual(["Bearer old", "Bearer fresh"]);

  server.on(route, failing(401, "token_expired"));
  await expect(clientOf(server, { getAccessToken }).credits.balance()).rejects.toMatchObject({
    code: "token_expired",
  });
  expect(server.of(route)).toHaveLength(4);
});

test("does not ask for a fresh token when the token was refused", async () => {
  server.on(route, failing(401, "invalid_token"));
  expect(await errorOf()).toMatchObject({ code: "invalid_token" });
  expect(server.of(route)).toHaveLength(1);
});

test("sends no Authorization header without a token", async () => {
  server.on(route, answering(200, balance(1)));
  await clientOf(server, { getAccessToken: () => Promise.resolve(null) }).credits.balance();
  expect(server.of(route)[0]?.headers.authorization).toBeUndefined();
});
