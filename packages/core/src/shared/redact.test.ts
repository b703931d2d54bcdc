import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { AppError } from "../errors/app-error.ts";
import { redact } from "./redact.ts";

const canary = "canary-4f1d0c7b9a";
const shown = (fields: Record<string, unknown>) => JSON.stringify(redact(fields));

describe("redact", () => {
  it.each([
    "authorization",
    "Authorization",
    "x-api-key",
    "apiKey",
    "OPENAI_API_KEY",
    "api_key",
    "access_token",
    "token",
    "ticket",
    "secret",
    "clientSecret",
    "webhook-secret",
    "signature",
    "x-amz-signature",
    "password",
    "PGPASSWORD",
    "cookie",
    "set-cookie",
    "prompt",
    "negative_prompt",
    "connectionString",
    "DATABASE_URL",
    "credentials",
  ])("hides what stands under %s, as text, object or list, at any depth", (name) => {
    for (const value of [canary, { deep: [canary] }, [canary], 4711]) {
      expect(shown({ a: { b: [{ [name]: value }] } })).not.toMatch(/canary|4711/);
    }
  });

  it.each([
    `https://a.example/b.png?signature=${canary}&expires=1`,
    `/api/files/images/t/0.png?expires=1&signature=${canary}`,
    `GET https://a.example/b?X-Amz-Signature=${canary} answered 403`,
    // By no secret's name: the rule is for every query, and a vendor may call its signature anything.
    `https://cdn.example/b.png?Policy=${canary}&Expires=1`,
    `postgres://user:${canary}@db.example:5432/genbff`,
    `Authorization: Bearer ${canary}`,
    `{"api_key": "${canary}", "n": 1}`,
    `{"prompt":"a ${canary} \\"in\\" a cage","n":1}`,
    `password=${canary};host=x`,
    `eyJhbGciOiJIUzI1NiJ9.${canary}.${canary}`,
    `sk-proj-${canary}`,
    `https://bff.example/api/webhooks/tripo/${canary}`,
    `data:image/png;base64,${canary}`,
    `https://a.example/#access_token=${canary}`,
  ])("hides what a text carries: %s", (text) => {
    for (const fields of [{ text }, { list: [text] }, { [text]: 1 }, { error: new Error(text) }]) {
      expect(shown(fields)).not.toContain("canary");
    }
  });

  it("hides what errors, headers, URLs, maps and pairs carry", () => {
    const cause = new AppError("upload_failed", {
      details: { token: canary },
      message: `at /x?signature=${canary}`,
    });
    const error = Object.assign(new Error("outer", { cause }), {
      config: { headers: { authorization: canary } },
    });
    const fields = {
      error,
      headers: new Headers({ authorization: canary, cookie: canary }),
      url: new URL(`https://user:${canary}@a.example/b?token=${canary}`),
      query: new URLSearchParams({ signature: canary }),
      map: new Map([["secret", canary]]),
      raw: [["authorization", canary]],
      named: [{ name: "x-api-key", value: canary }],
      bytes: Buffer.from(canary),
    };
    expect(shown(fields)).not.toContain("canary");
    expect(redact(fields)).toMatchObject({
      error: { name: "Error", message: "outer", cause: { code: "upload_failed" } },
      url: "https://[redacted]@a.example/b?[redacted]",
      bytes: `[${canary.length} bytes]`,
    });
  });

  it("leaves alone what helps", () => {
    const fields = {
      generation_id: "0b9f2c1e-5f0e-4a53-9d6c-111111111111",
      status: 403,
      input_tokens: 12,
      token: null,
      prompt: "",
      hasSecret: true,
      url: "https://a.example/b.png",
      message: "What? The vendor said: no such model",
      at: new Date(0),
      missing: undefined,
    };
    expect(redact(fields)).toEqual({ ...fields, at: "1970-01-01T00:00:00.000Z" });
  });

  it("changes nothing in what it was given", () => {
    const fields = { a: { token: canary, list: [1] } };
    redact(fields);
    expect(fields).toEqual({ a: { token: canary, list: [1] } });
  });

  it("ends with circles, depths, lists and texts without end, and with what cannot be read", () => {
    const circle: Record<string, unknown> = { name: "circle" };
    circle.self = circle;
    let deep: unknown = canary;
    for (let level = 0; level < 1000; level += 1) deep = [deep];
    const hostile = Object.defineProperty({}, "boom", { enumerable: true, get: () => expect.fail() });
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    const fields = { circle, deep, hostile, proxy, many: Array(10_000).fill(1), long: "x".repeat(1_000_000) };
    expect(redact(fields)).toMatchObject({
      circle: { self: "[circular]" },
      proxy: "[unreadable]",
      hostile: { boom: "[unreadable]" },
    });
    expect(shown(fields).length).toBeLessThan(5000);
    expect(shown(fields)).not.toContain("canary");
  });

  it("takes no longer for what an attacker wrote", () => {
    for (const piece of ["?a", "data:", "a://", "eyJ.", "token= ", '"\\', "#a", "key "]) {
      const from = performance.now();
      redact({ text: piece.repeat(100_000), list: Array(100).fill(piece.repeat(1000)) });
      expect(performance.now() - from, piece).toBeLessThan(10_000);
    }
  });

  it("never throws and never shows a canary that stands under a secret's name", () => {
    const anything = fc.object({
      maxDepth: 4,
      withDate: true,
      withMap: true,
      withSet: true,
      withTypedArray: true,
    });
    void fc.assert(
      fc.property(anything, fc.constantFrom("token", "apiKey", "Set-Cookie"), (rest, name) => {
        const copy = JSON.stringify(
          redact({ rest, nested: { [name]: canary, rest } }),
          (_, value: unknown) => (typeof value === "bigint" ? String(value) : value),
        );
        expect(copy).not.toContain(canary);
      }),
      { seed: 5, numRuns: 300 },
    );
  });
});
