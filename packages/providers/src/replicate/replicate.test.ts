import type { JsonObject } from "@genbff/core";
import { HttpResponse, http } from "msw";
import { setupServer } from "msw/node";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import * as z from "zod";
import { submitContext } from "../conformance/context.ts";
import { replicate } from "./index.ts";

const apiKey = "r8_key";
const baseUrl = "https://vendor.invalid/v1";
const offer = { parameters: z.strictObject({}), input: () => ({ prompt: "a lamp" }) };
const offers = { "text-to-image": offer };
const version = "a".repeat(64);
const settings = { apiKey, baseUrl, offers };
const server = setupServer();
beforeAll(() => server.listen({ onUnhandledFrame: "error" }));
afterEach(() => server.resetHandlers());
afterAll(() => server.close());
const context = submitContext();

describe("replicate", () => {
  it.each([
    ["flux", {}, "model"],
    ["a/../b", {}, "model"],
    ["https://replicate.com/a/b", {}, "model"],
    ["a/b:latest", {}, "model"],
    ["a/b", { apiKey: "" }, "apiKey"],
    ["a/b", { baseUrl: "file:///etc" }, "baseUrl"],
    ["a/b", { webhookSecret: "secret" }, "webhookSecret"],
  ])("refuses to start with %s and %j", (model, different, word) => {
    expect(() => replicate(model, { ...settings, ...different })).toThrow(word);
  });

  it.each([
    ["ada/lamp", "models/ada/lamp/predictions", {}],
    [`ada/lamp:${version}`, "predictions", { version }],
    [version, "predictions", { version }],
    ["deployments/ada/lamp", "deployments/ada/lamp/predictions", {}],
  ])("asks %s for a prediction, and never waits for it", async (model, path, body) => {
    const seen: unknown[] = [];
    server.use(
      http.post(`${baseUrl}/*`, async ({ request }) => {
        const prefer = request.headers.get("prefer");
        seen.push([request.url.slice(baseUrl.length + 1), await request.json(), prefer]);
        return HttpResponse.json({ id: "p1", status: "starting" }, { status: 201 });
      }),
    );
    const provider = replicate(model, settings);
    const prepared = { request: { operation: "text-to-image", input: { prompt: "a lamp" } } };
    const job = { clientReference: "ref" } as Parameters<typeof provider.submit>[0];
    expect(await provider.submit(job, prepared, context)).toMatchObject({ reference: { key: "p1" } });
    expect(seen).toEqual([[path, { ...body, input: { prompt: "a lamp" } }, null]]);
  });

  it.each([
    [200, { id: "p1", status: "canceled" }, true],
    [200, { id: "p1", status: "aborted" }, true],
    [200, { id: "p1", status: "processing" }, false],
    [200, { id: "p1", status: "succeeded" }, false],
    [404, { detail: "no" }, false],
  ])("is cancelled for certain with %i %j: %s", async (status, body, expected) => {
    server.use(http.post(`${baseUrl}/predictions/p1/cancel`, () => HttpResponse.json(body, { status })));
    expect(await replicate("a/b", settings).cancel?.({ key: "p1" }, context)).toBe(expected);
  });

  const finished = async (output: unknown, different: Partial<Parameters<typeof replicate>[1]> = {}) => {
    server.use(
      http.get(`${baseUrl}/predictions/p1`, () =>
        HttpResponse.json({ id: "p1", status: "succeeded", output, metrics: { predict_time: 2 } }),
      ),
    );
    return replicate("a/b", { ...settings, ...different }).check?.({ key: "p1" }, context);
  };

  it("sends its token for files of its own host, and to nobody else", async () => {
    const asked: [string, string | null][] = [];
    server.use(
      http.get(`${baseUrl}/files/*`, ({ request }) => {
        asked.push([request.url, request.headers.get("authorization")]);
        return HttpResponse.text("a picture");
      }),
    );
    const answer = await finished([`${baseUrl}/files/f1/download?expiry=1`]);
    if (answer?.state !== "done") throw new Error("It is not done.");
    const [output] = answer.outputs as Iterable<{ source: { stream: ReadableStream } }>;
    expect(asked).toEqual([]);
    expect(await new Response(output?.source.stream).text()).toBe("a picture");
    expect(asked).toEqual([[`${baseUrl}/files/f1/download?expiry=1`, `Bearer ${apiKey}`]]);
    expect(await finished(["https://vendor.invalid.evil.example/v1/files/f1"])).toMatchObject({
      outputs: [{ source: { url: "https://vendor.invalid.evil.example/v1/files/f1" } }],
    });
  });

  it("delivers what anybody may fetch where an answer mixes it with what needs the token", async () => {
    expect(await finished(["https://replicate.delivery/a.png", `${baseUrl}/files/f1`])).toMatchObject({
      outputs: [{ index: 0, source: { url: "https://replicate.delivery/a.png" } }],
      failures: [{ index: 1, code: "output_unavailable" }],
    });
  });

  it("takes outputs from where the offer's own mapping says, and the price that it names", async () => {
    const mapped = {
      ...offer,
      result: (output: unknown) => [
        { json: { words: (output as string[]).join("") } },
        { rejected: true } as const,
      ],
      cost: ({ seconds = 0 }) => ({ unit: "usd", amount: seconds * 0.5 }),
    };
    expect(await finished(["a ", "lamp"], { offers: { "text-to-image": mapped } })).toMatchObject({
      outputs: [{ index: 0, source: { json: { words: "a lamp" } } }],
      failures: [{ index: 1, code: "content_rejected" }],
      cost: { unit: "usd", amount: 1 },
    });
  });

  it("keeps a paid prediction open, and calls the operator, while its mapping fails", async () => {
    const broken = { ...offer, result: (output: unknown) => (output as { a: { b: [] } }).a.b };
    await expect(finished("text", { offers: { "text-to-image": broken } })).rejects.toMatchObject({
      code: "provider_failed",
      outcome: "not_sent",
      operator: true,
    });
  });

  it("refuses, for the operator, what its offer cannot turn into an input", async () => {
    const input = (): JsonObject => {
      throw new TypeError("no seed");
    };
    const provider = replicate("a/b", { ...settings, offers: { "text-to-image": { ...offer, input } } });
    const job = { operation: "text-to-image", input: {}, files: [] } as unknown as Parameters<
      typeof provider.prepare
    >[0];
    await expect(provider.prepare(job, context)).rejects.toMatchObject({
      code: "provider_failed",
      outcome: "refused",
      operator: true,
    });
  });

  it("knows a model's own words for a refusal", async () => {
    server.use(
      http.get(`${baseUrl}/predictions/p1`, () =>
        HttpResponse.json({ id: "p1", status: "failed", error: "E005: no lamps today" }),
      ),
    );
    const provider = replicate("a/b", { ...settings, moderation: /E005/g });
    for (let time = 0; time < 2; time++)
      expect(await provider.check?.({ key: "p1" }, context)).toMatchObject({
        error: { code: "content_rejected", details: { stage: "output" } },
      });
  });
});
