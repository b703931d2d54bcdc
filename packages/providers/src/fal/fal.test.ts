import { HttpResponse, http } from "msw";
import { setupServer } from "msw/node";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import * as z from "zod";
import { submitContext } from "../conformance/context.ts";
import { fal } from "./index.ts";

const apiKey = "id:key";
const offer = { parameters: z.strictObject({}), input: () => ({}) };
const offers = { "text-to-image": offer, upscale: offer };
const baseUrl = "https://vendor.invalid/v1";
const server = setupServer();
beforeAll(() => server.listen({ onUnhandledFrame: "error" }));
afterEach(() => server.resetHandlers());
afterAll(() => server.close());

describe("fal", () => {
  it.each([
    ["fal-ai", {}, "endpoint"],
    ["https://fal.run/fal-ai/flux", {}, "endpoint"],
    ["fal-ai/../admin", {}, "endpoint"],
    ["fal-ai/flux/dev?x=1", {}, "endpoint"],
    ["workflows/ada", {}, "endpoint"],
    ["fal-ai/flux/dev", { apiKey: "" }, "apiKey"],
    ["fal-ai/flux/dev", { restUrl: "ftp://a" }, "baseUrl"],
  ])("refuses to start with %s and %j", (endpoint, settings, word) => {
    expect(() => fal(endpoint, { apiKey, offers, ...settings })).toThrow(word);
  });

  it("refuses to start with nothing to offer", () => {
    expect(() => fal("fal-ai/flux/dev", { apiKey, offers: {} })).toThrow("no operation");
  });

  const asked = async (endpoint: string, data?: { operation: string; path?: string }) => {
    const paths: string[] = [];
    server.use(
      http.get(`${baseUrl}/*`, ({ request }) => {
        paths.push(request.url.slice(baseUrl.length + 1));
        return HttpResponse.json({ status: "IN_QUEUE" });
      }),
    );
    await fal(endpoint, { apiKey, offers, baseUrl }).check?.(
      { key: "a/../b", ...(data ? { data } : {}) },
      submitContext(),
    );
    return paths;
  };

  it("asks for a request without the subpath, and never lets its id lead elsewhere", async () => {
    const rest = "requests/a%2F..%2Fb/status?logs=0";
    expect(await asked("fal-ai/flux/dev")).toEqual([`fal-ai/flux/${rest}`]);
    expect(await asked("workflows/ada/lamp/v2")).toEqual([`workflows/ada/lamp/${rest}`]);
    const data = { operation: "upscale", path: "fal-ai/flux/requests/q" };
    expect(await asked("fal-ai/flux/dev", data)).toEqual(["fal-ai/flux/requests/q/status?logs=0"]);
  });

  it.each([
    ["https://elsewhere.example.com/fal-ai/flux/requests/r1"],
    ["https://vendor.invalid/fal-ai/flux/requests/r1"],
    ["https://vendor.invalid/v1/fal-ai/flux/requests/r1?to=b"],
    ["nonsense"],
  ])("takes no address from %s", async (response_url) => {
    server.use(http.post(`${baseUrl}/*`, () => HttpResponse.json({ request_id: "r1", response_url })));
    const provider = fal("fal-ai/flux/dev", { apiKey, offers, baseUrl });
    const prepared = { request: { operation: "text-to-image", input: {} } };
    const job = { clientReference: "ref" } as Parameters<typeof provider.submit>[0];
    const answer = await provider.submit(job, prepared, submitContext());
    expect(answer).toMatchObject({ state: "running", reference: { key: "r1" } });
    expect(answer).not.toHaveProperty("reference.data.path");
  });

  it.each([
    [200, { status: "OK" }, true],
    [202, { status: "CANCELLATION_REQUESTED" }, false],
    [400, { status: "ALREADY_COMPLETED" }, false],
    [404, { status: "NOT_FOUND" }, false],
    [500, "CANARY", false],
  ])("is cancelled for certain with %i %j: %s", async (status, body, expected) => {
    const paths: string[] = [];
    server.use(
      http.put(`${baseUrl}/*`, ({ request }) => {
        paths.push(request.url.slice(baseUrl.length + 1));
        return HttpResponse.json(body, { status });
      }),
    );
    const provider = fal("fal-ai/flux/dev", { apiKey, offers, baseUrl });
    expect(await provider.cancel?.({ key: "r1" }, submitContext())).toBe(expected);
    expect(paths).toEqual(["fal-ai/flux/requests/r1/cancel"]);
  });

  it("asks again for a result that is said to be too early, whatever the status says", async () => {
    server.use(
      http.get(`${baseUrl}/*/status`, () => HttpResponse.json({ status: "COMPLETED" })),
      http.get(`${baseUrl}/*`, () =>
        HttpResponse.json({ detail: "Request is still in progress" }, { status: 400 }),
      ),
    );
    const provider = fal("fal-ai/flux/dev", { apiKey, offers, baseUrl });
    const look = provider.check?.({ key: "r1", data: { operation: "upscale" } }, submitContext());
    await expect(look).rejects.toMatchObject({ outcome: "not_sent" });
  });

  it("believes a runner's failure that the status did not tell only when it lasts: the queue may have a bad minute", async () => {
    server.use(
      http.get(`${baseUrl}/*/status`, () => HttpResponse.json({ status: "COMPLETED" })),
      http.get(`${baseUrl}/*`, () =>
        HttpResponse.json({ detail: "CANARY", error_type: "internal_error" }, { status: 500 }),
      ),
    );
    const provider = fal("fal-ai/flux/dev", { apiKey, offers, baseUrl });
    const look = (doubted_at: number) =>
      provider.check?.({ key: "r1", data: { operation: "upscale", doubted_at } }, submitContext());
    expect(await look(Date.now())).toMatchObject({ state: "running" });
    expect(await look(Date.now() - 60_000)).toMatchObject({ error: { outcome: "failed" } });
  });
});
