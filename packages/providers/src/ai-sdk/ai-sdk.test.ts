import { MockImageModelV3, MockImageModelV4 } from "ai/test";
import { beforeEach, describe, expect, it } from "vitest";
import * as z from "zod";
import { buy } from "../conformance/buy.ts";
import { fileOf, jobOf, secrets } from "../conformance/cases.ts";
import { submitContext } from "../conformance/context.ts";
import { type AiSdkImageModel, type AiSdkResult, aiSdk } from "./index.ts";

const base64 = (text: string) => Buffer.from(text).toString("base64");
const response = { timestamp: new Date(0), modelId: "lamp-1", headers: undefined };
const answer = (result: Partial<AiSdkResult> = {}) =>
  ({ images: [base64("a picture")], warnings: [], response, ...result }) as never;
const offers = {
  "text-to-image": {
    parameters: z.strictObject({ n: z.int().optional(), seed: z.int().optional() }),
    outputs: (input: Record<string, unknown>) => Number(input.n ?? 1),
    input: (job: { parameters: { seed?: number | undefined } }) => ({ seed: job.parameters.seed }),
  },
  "image-inpaint": { parameters: z.strictObject({}) },
};
const calls: unknown[] = [];
beforeEach(() => void calls.splice(0));
/** Answers, and remembers what it was asked for. */
const giving = (result: Partial<AiSdkResult> = {}) =>
  (async (options: unknown) => {
    calls.push(options);
    return answer(result);
  }) as () => Promise<never>;
const warnings: string[] = [];
const context = submitContext({
  logger: {
    debug: () => undefined,
    info: () => undefined,
    warn: (fields, message) => warnings.push(`${message} ${JSON.stringify(fields)}`),
    error: () => undefined,
  },
});
const photo = fileOf("input_image_asset_url", "a photo", "image/jpeg");
const mask = fileOf("input_mask_asset_url", "a mask");
const inpaint = jobOf("image-inpaint", { prompt: "a lamp" }, { files: [photo, mask] });
const draw = (outputs = 1) => jobOf("text-to-image", { prompt: "a lamp", n: outputs, seed: 7 }, { outputs });
const buyFrom = (model: AiSdkImageModel, job = draw()) => buy(aiSdk(model, { offers }), job, context);

describe.each([
  ["v4", MockImageModelV4],
  ["v3", MockImageModelV3],
] as const)("an image model of version %s", (_version, Mock) => {
  it("is called once, with our files as bytes and its mask apart from them", async () => {
    const model = new Mock({ doGenerate: giving() });
    expect((await buyFrom(model, inpaint)).outputs).toEqual({ 0: "a picture" });
    const [call, ...others] = calls;
    expect(others).toEqual([]);
    const bytes = (text: string) => new TextEncoder().encode(text);
    expect(call).toEqual({
      prompt: "a lamp",
      n: 1,
      size: undefined,
      aspectRatio: undefined,
      seed: undefined,
      files: [{ type: "file", mediaType: "image/jpeg", data: bytes("a photo") }],
      mask: { type: "file", mediaType: "image/png", data: bytes("a mask") },
      providerOptions: {},
      abortSignal: expect.any(AbortSignal),
    });
  });

  it("may answer with bytes, and is asked for no more than one call makes", async () => {
    const images = [Buffer.from("one"), Buffer.from("x".repeat(100_000)), Buffer.from("never priced")];
    const model = new Mock({ maxImagesPerCall: 2, doGenerate: giving({ images }) });
    expect((await buyFrom(model, draw(2))).outputs).toEqual({ 0: "one", 1: "x".repeat(100_000) });
    expect(calls).toMatchObject([{ n: 2, seed: 7, files: undefined, mask: undefined }]);
    expect(aiSdk(model, { offers }).offers["text-to-image"]?.check?.({ n: 3 }, [])).toMatchObject({
      field: "n",
    });
    expect((await buyFrom(model, draw(3))).error).toMatchObject({
      code: "validation_failed",
      outcome: "refused",
    });
    expect(calls).toHaveLength(1);
  });
});

describe("an image model", () => {
  it.each([
    ["has no such size", () => ({ size: "auto" as "1x1" })],
    ["is none", () => JSON.parse("{") as object],
  ])("whose input %s is never called, and its operator is", async (_what, input) => {
    const model = new MockImageModelV4({ doGenerate: giving() });
    const provider = aiSdk(model, {
      offers: { "text-to-image": { parameters: z.strictObject({}), input } },
    });
    expect((await buy(provider, draw(), context)).error).toMatchObject({
      code: "provider_failed",
      outcome: "refused",
      operator: true,
    });
    expect(calls).toEqual([]);
  });

  it("that says how many it makes only when asked, or not at all, is believed", async () => {
    const asked = new MockImageModelV4({ maxImagesPerCall: async () => 2, doGenerate: giving() });
    const silent = new MockImageModelV4({ maxImagesPerCall: undefined, doGenerate: giving() });
    expect((await buyFrom(asked, draw(2))).error).toBeUndefined();
    expect((await buyFrom(asked, draw(3))).error).toMatchObject({ code: "validation_failed" });
    expect((await buyFrom(silent, draw(2))).error).toMatchObject({ code: "validation_failed" });
  });

  it("that says it takes no pictures or no masks is not sent any; one that does not say is", async () => {
    const doGenerate = giving();
    const none = new MockImageModelV4({ supportsFileInputs: false, doGenerate });
    const noMask = new MockImageModelV4({ supportsMaskInputs: Promise.resolve(false), doGenerate } as never);
    const silent = new MockImageModelV4({ doGenerate });
    const refused = { code: "provider_unavailable", outcome: "refused", operator: true };
    expect((await buyFrom(none, inpaint)).error).toMatchObject(refused);
    expect((await buyFrom(noMask, inpaint)).error).toMatchObject(refused);
    expect((await buyFrom(silent, inpaint)).error).toBeUndefined();
    expect(calls).toHaveLength(1);
  });

  it("of another version, or something else, is refused when the server starts", () => {
    const old = { ...new MockImageModelV4(), specificationVersion: "v2" } as unknown as AiSdkImageModel;
    expect(() => aiSdk(old, { offers })).toThrow("ImageModelV4");
    expect(() => aiSdk({} as AiSdkImageModel, { offers })).toThrow("ImageModelV4");
    expect(() => aiSdk(new MockImageModelV4(), { offers: {} })).toThrow("no operation");
  });

  it("is sent no picture that is too large to be held in memory", () => {
    const { check } =
      aiSdk(new MockImageModelV4(), { offers, inputBytesMax: 6 }).offers["image-inpaint"] ?? {};
    expect(check?.({}, [mask])).toBeUndefined();
    expect(check?.({}, [photo])).toMatchObject({ field: photo.field });
  });

  it("that does not honour a setting is logged, and noted with the picture", async () => {
    warnings.length = 0;
    const warned = [
      { type: "unsupported", feature: "seed", details: "CANARY" },
      { type: "other", message: "CANARY" },
    ];
    const model = new MockImageModelV4({ doGenerate: giving({ warnings: warned }) });
    expect((await buyFrom(model)).answer).toMatchObject({
      outputs: [{ metadata: { not_honoured: ["seed"] } }],
    });
    expect(warnings).toEqual([expect.stringContaining('"seed"'), expect.stringContaining('"other"')]);
    expect(warnings.join()).not.toContain("CANARY");
  });

  it("that leaves out the mask has not made what was sold", async () => {
    const warned = [{ type: "unsupported", feature: "mask" }];
    const model = new MockImageModelV4({ doGenerate: giving({ warnings: warned }) });
    expect((await buyFrom(model, inpaint)).error).toMatchObject({
      code: "provider_failed",
      outcome: "failed",
      operator: true,
    });
  });

  it.each([
    ["google", { google: { finishReason: "IMAGE_SAFETY", images: [] } }, "content_rejected"],
    ["nobody", undefined, "provider_failed"],
  ])("without a picture and with a reason by %s has failed as %s", async (_by, providerMetadata, code) => {
    const model = new MockImageModelV4({
      doGenerate: giving({ images: [], ...(providerMetadata ? { providerMetadata } : {}) }),
    });
    expect((await buyFrom(model)).error).toMatchObject({ code, outcome: "failed" });
  });

  it("with fewer pictures than were asked for, or blackened ones, delivers the others", async () => {
    const model = new MockImageModelV4({
      maxImagesPerCall: 4,
      doGenerate: giving({
        images: [base64("black"), base64("a lamp")],
        providerMetadata: { fal: { images: [{ nsfw: true }, { nsfw: false }] } },
        usage: { inputTokens: 1, outputTokens: 2, totalTokens: 3 },
      }),
    });
    const bought = await buyFrom(model, draw(3));
    expect(bought.outputs).toEqual({ 1: "a lamp" });
    expect(bought.answer).toMatchObject({
      failures: [
        { index: 0, code: "content_rejected" },
        { index: 2, code: "provider_failed" },
      ],
      cost: { unit: "tokens", amount: 3 },
    });
  });

  it("is told to stop, and left behind where it does not listen", async () => {
    let told: AbortSignal | undefined;
    const model = new MockImageModelV4({
      doGenerate: ({ abortSignal }) => {
        told = abortSignal;
        return new Promise(() => undefined);
      },
    });
    const { error } = await buy(aiSdk(model, { offers, timeoutMs: 20 }), draw(), context);
    const message = expect.stringContaining("20 ms");
    expect(error).toMatchObject({ code: "submission_unknown", outcome: "unknown", message });
    expect(told?.aborted).toBe(true);
  });
});

describe("an error of the SDK", () => {
  const named = (name: string, more: object = {}) =>
    Object.assign(new Error(secrets.prompt), { name, ...more });
  const call = (more: object) =>
    named("AI_APICallError", { requestBodyValues: secrets, isRetryable: true, ...more });
  const unknown = { code: "submission_unknown", outcome: "unknown" };
  const refused = { code: "provider_unavailable", outcome: "refused", operator: true };
  const rejected = (stage: string) => ({ code: "content_rejected", outcome: "refused", details: { stage } });
  const cause = (code: string) => Object.assign(new Error("fetch failed"), { code });

  it.each<[string, unknown, object]>([
    ["a plain error", new Error(secrets.prompt), unknown],
    ["no error at all", undefined, unknown],
    ["a reset", call({ cause: cause("ECONNRESET") }), unknown],
    ["no cause", call({}), unknown],
    ["a port that is closed", call({ cause: cause("ECONNREFUSED") }), { outcome: "not_sent" }],
    ["500", call({ statusCode: 500 }), unknown],
    ["408", call({ statusCode: 408 }), unknown],
    ["200 that nobody can read", call({ statusCode: 200, isRetryable: false }), unknown],
    ["401", call({ statusCode: 401 }), refused],
    ["402", call({ statusCode: 402 }), refused],
    [
      "429",
      call({ statusCode: 429, responseHeaders: { "Retry-After": "7" } }),
      { code: "provider_unavailable", outcome: "refused", retryAfterMs: 7_000, operator: false },
    ],
    ["no quota", call({ statusCode: 429, data: { error: { code: "insufficient_quota" } } }), refused],
    [
      "OpenAI's filter",
      call({ statusCode: 400, data: { error: { code: "moderation_blocked" } } }),
      rejected("input"),
    ],
    [
      "fal's filter",
      call({ statusCode: 422, data: { detail: [{ type: "content_policy_violation" }] } }),
      rejected("input"),
    ],
    [
      "ByteDance's filter, told in text",
      call({ statusCode: 400, responseBody: '{"error":{"code":"OutputImageSensitiveContentDetected"}}' }),
      rejected("output"),
    ],
    ["the gateway", named("GatewayError", { statusCode: 503 }), unknown],
    ["a retrying wrapper", named("AI_RetryError", { lastError: call({ statusCode: 401 }) }), refused],
    [
      "a picture that cannot be fetched",
      named("AI_DownloadError", { statusCode: 404 }),
      { code: "output_unavailable", outcome: "failed" },
    ],
    [
      "a prediction that failed",
      named("AI_InvalidResponseDataError", { data: { status: "failed" } }),
      { code: "provider_failed", outcome: "failed" },
    ],
    ["data that nobody can read", named("AI_InvalidResponseDataError", { data: {} }), unknown],
    ["JSON that is none", named("AI_JSONParseError"), unknown],
    ["a missing key", named("AI_LoadAPIKeyError"), refused],
    ["a retired model", named("AI_NoSuchModelError"), refused],
    ["a wrong setting", named("AI_InvalidArgumentError"), { code: "provider_failed", outcome: "refused" }],
    [
      "a prompt that it cannot take",
      named("AI_InvalidPromptError"),
      { code: "validation_failed", outcome: "refused", details: { field: "prompt" } },
    ],
  ])("that is %s is classed, and tells nothing of the request", async (_what, thrown, expected) => {
    const model = new MockImageModelV4({
      doGenerate: (options) => {
        calls.push(options);
        return Promise.reject(thrown);
      },
    });
    const { error } = await buyFrom(model);
    expect(error).toMatchObject(expected);
    expect(calls).toHaveLength(1);
    expect(`${error?.message} ${JSON.stringify(error)} ${error?.cause}`).not.toContain("SECRET");
  });
});
