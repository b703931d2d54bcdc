import { describe, expect, it, vi } from "vitest";
import { errorCodes } from "../contract/error-codes.ts";
import { AppError } from "../errors/app-error.ts";
import { verifyAuth } from "./verify-auth.ts";

const later = () => Date.now() + 60_000;
const request = (init: RequestInit = {}) => new Request("http://auth.test/api/tasks?limit=1", init);
const identities = (value: unknown) => verifyAuth((() => value) as never).authenticate(request());

it("names whom the function recognises, and nobody an admin who is not called one", async () => {
  const expiresAt = later();
  const ada = { userId: "ada", admin: false, expiresAt };
  expect(await identities({ userId: "ada", expiresAt })).toEqual(ada);
  expect(await identities(Promise.resolve({ userId: "ada", expiresAt: new Date(expiresAt) }))).toEqual(ada);
  expect(await identities({ userId: "ada", expiresAt, admin: true })).toEqual({ ...ada, admin: true });
  for (const admin of ["true", 1, {}, [true]])
    expect(await identities({ userId: "ada", expiresAt, admin })).toEqual(ada);
});

describe("refuses what the function answers", () => {
  it.each([
    { name: "null", answer: null, code: "unauthenticated" },
    { name: "undefined", answer: undefined, code: "unauthenticated" },
    { name: "false", answer: false, code: "invalid_token" },
    { name: "true", answer: true, code: "invalid_token" },
    { name: "a user's id alone", answer: "ada", code: "invalid_token" },
    { name: "a number", answer: 7, code: "invalid_token" },
    { name: "nothing of a principal", answer: {}, code: "invalid_token" },
    { name: "no user", answer: { expiresAt: later() }, code: "invalid_token" },
    { name: "an empty user", answer: { userId: "", expiresAt: later() }, code: "invalid_token" },
    { name: "a user that is a number", answer: { userId: 7, expiresAt: later() }, code: "invalid_token" },
    { name: "a user of U+0000", answer: { userId: "a\u0000", expiresAt: later() }, code: "invalid_token" },
    { name: "half a character", answer: { userId: "\ud83d", expiresAt: later() }, code: "invalid_token" },
    { name: "256 letters", answer: { userId: "a".repeat(256), expiresAt: later() }, code: "invalid_token" },
    { name: "no end", answer: { userId: "ada" }, code: "invalid_token" },
    { name: "no date", answer: { userId: "ada", expiresAt: new Date("x") }, code: "invalid_token" },
    { name: "an end in words", answer: { userId: "ada", expiresAt: "tomorrow" }, code: "invalid_token" },
    { name: "an endless session", answer: { userId: "ada", expiresAt: Infinity }, code: "invalid_token" },
    { name: "an end beyond all dates", answer: { userId: "ada", expiresAt: 9e15 }, code: "invalid_token" },
    { name: "an end that has passed", answer: { userId: "ada", expiresAt: 1 }, code: "token_expired" },
    {
      name: "an end in seconds",
      answer: { userId: "ada", expiresAt: later() / 1000 },
      code: "token_expired",
    },
  ])("$name: $code", async ({ answer, code }) => {
    await expect(identities(answer)).rejects.toMatchObject({ code });
    expect(errorCodes[code as keyof typeof errorCodes].status).toBe(401);
  });
});

describe("translates what the function throws", () => {
  it.each([
    { thrown: new AppError("unauthenticated"), code: "unauthenticated" },
    { thrown: new AppError("token_expired"), code: "token_expired" },
    { thrown: new AppError("invalid_token"), code: "invalid_token" },
    { thrown: new AppError("unavailable"), code: "unavailable" },
    { thrown: new Error("connect ECONNREFUSED 10.0.0.7:6379"), code: "unavailable" },
    { thrown: new TypeError("Cannot read properties of undefined"), code: "unavailable" },
    { thrown: new AppError("internal_error"), code: "unavailable" },
    { thrown: new AppError("not_found"), code: "unavailable" },
    { thrown: "a text", code: "unavailable" },
    { thrown: undefined, code: "unavailable" },
    { thrown: null, code: "unavailable" },
  ])("$thrown: $code", async ({ thrown, code }) => {
    const throwing = [
      () => {
        throw thrown;
      },
      () => Promise.reject(thrown),
    ];
    for (const verify of throwing)
      await expect(verifyAuth(verify).authenticate(request())).rejects.toMatchObject({
        code,
        details: undefined,
        message: errorCodes[code as keyof typeof errorCodes].message,
      });
  });
});

it("calls it an outage when the function does not answer at all", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  try {
    const asked = verifyAuth(() => new Promise(() => undefined)).authenticate(request());
    const refused = expect(asked).rejects.toMatchObject({ code: "unavailable" });
    await vi.advanceTimersByTimeAsync(10_000);
    await refused;
    await verifyAuth(() => ({ userId: "ada", expiresAt: later() })).authenticate(request());
    expect(vi.getTimerCount(), "a timer for each answer would be a leak").toBe(0);
  } finally {
    vi.useRealTimers();
  }
});

it("shows the function what was asked for, and leaves the body for those who read it later", async () => {
  const body = JSON.stringify({ prompt: "a lamp" });
  const asked = request({ method: "POST", headers: { cookie: "session=1" }, body });
  const seen: unknown[] = [];
  await verifyAuth(async (shown) => {
    seen.push(shown.method, shown.url, shown.headers.get("cookie"), await shown.text());
    return { userId: "ada", expiresAt: later() };
  }).authenticate(asked);
  expect(seen).toEqual(["POST", "http://auth.test/api/tasks?limit=1", "session=1", ""]);
  expect(await asked.text()).toBe(body);
});

it("refuses to start without a function", () => {
  for (const nothing of [undefined, null, {}, "ada"])
    expect(() => verifyAuth(nothing as never)).toThrow("function");
});
