import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import type { FaultRule } from "../../faults/rule.ts";
import { type Simulator, startSimulator } from "../../simulator.ts";
import { type Buyer, createBuyer, type Json } from "../../testing/buyer.ts";

const lite = "gemini-3.1-flash-lite-image";
let simulator: Simulator;
let buyer: Buyer;

beforeAll(async () => {
  simulator = await startSimulator({ canary: "zebra" });
  buyer = createBuyer(simulator);
});
afterEach(() => simulator.clearFaults());
afterAll(() => simulator.close());

const order = {
  contents: [{ parts: [{ text: "hills" }] }],
  generationConfig: { responseModalities: ["IMAGE"], imageConfig: { imageSize: "512" } },
};
const buy = (method = "generateContent") =>
  buyer.post(`/gemini/v1beta/models/${lite}:${method}`, order, { "x-goog-api-key": "any" });
async function met(rule: FaultRule, method?: string) {
  simulator.setFaults([rule]);
  const before = simulator.purchases().length;
  const response = await buy(method);
  const body = (await response
    .clone()
    .json()
    .catch(() => undefined)) as Json;
  return { response, body, text: await response.text(), sold: simulator.purchases().length - before };
}

it.each([
  [{}, { promptFeedback: { blockReason: "PROHIBITED_CONTENT" } }],
  [{ variant: "BLOCKLIST" }, { promptFeedback: { blockReason: "BLOCKLIST" } }],
])("blocks a prompt with 200 and without candidates: %j", async (more, expected) => {
  const { response, body, sold } = await met({ kind: "moderated", ...more });
  expect([response.status, sold]).toEqual([200, 0]);
  expect(body).toMatchObject({ ...expected, usageMetadata: { promptTokenCount: 9 }, modelVersion: lite });
  expect(body).not.toHaveProperty("candidates");
});

it.each([
  [{}, "IMAGE_SAFETY"],
  [{ variant: "IMAGE_RECITATION", details: false }, "IMAGE_RECITATION"],
])("holds a picture back with 200 and without content: %j", async (more, finishReason) => {
  const { response, body, sold } = await met({ kind: "moderated", stage: "output", ...more });
  expect([response.status, sold]).toEqual([200, 0]);
  expect(body.candidates).toMatchObject([{ finishReason }]);
  expect(body.candidates[0]).not.toHaveProperty("content");
  expect("finishMessage" in body.candidates[0]).toBe(!("details" in more));
});

it("refuses in words alone, and blurs what it calls a success", async () => {
  const { body } = await met({ kind: "moderated", stage: "words" });
  expect(body.candidates[0].finishReason).toBe("STOP");
  expect(body.candidates[0].content.parts).toEqual([{ text: expect.stringContaining("not able") }]);
  const blurred = await met({ kind: "moderated", stage: "placeholder" });
  expect(blurred.body.candidates[0].content.parts[0].inlineData.data.length).toBeGreaterThan(100);
  expect(blurred.sold).toBe(1);
});

it.each([
  [{}, [{ finishReason: "NO_IMAGE" }]],
  [{ variant: "IMAGE_OTHER" }, [{ finishReason: "IMAGE_OTHER" }]],
  [{ variant: "words" }, [{ finishReason: "STOP", content: { parts: [{ text: expect.any(String) }] } }]],
  [{ variant: "candidates" }, undefined],
])("delivers no picture, and bills no more than it counts: %j", async (more, candidates) => {
  const { body, sold } = await met({ kind: "no_outputs", ...more });
  if (candidates) expect(body.candidates).toMatchObject(candidates);
  else expect(body).not.toHaveProperty("candidates");
  expect(JSON.stringify(body)).not.toContain("inlineData");
  expect(sold).toBe(1);
  const { usd, outputs } = simulator.purchases().at(-1) ?? {};
  expect(outputs).toBe(0);
  expect(usd).toBeLessThan(0.001);
});

it("blocks inside a stream, at once or after a sketch, and ends one with an error", async () => {
  const method = "streamGenerateContent?alt=sse";
  const events = (text: string) =>
    text
      .split("\r\n\r\n")
      .filter((event) => event !== "")
      .map((event) => JSON.parse(event.slice("data: ".length)) as Json);
  const prompt = events((await met({ kind: "moderated" }, method)).text);
  expect(prompt).toMatchObject([{ promptFeedback: {} }]);
  const picture = events((await met({ kind: "moderated", stage: "stream" }, method)).text);
  expect(picture.at(-1)).toMatchObject({ candidates: [{ finishReason: "IMAGE_SAFETY" }] });
  expect(picture[0].candidates[0].content.parts[0].thought).toBe(true);
  const broken = events((await met({ kind: "server_error", stage: "stream", status: 503 }, method)).text);
  expect(broken.at(-1)).toMatchObject({ error: { code: 503, status: "UNAVAILABLE" } });
});

it.each([
  [{ kind: "rate_limited", retryAfter: 31 }, /PerMinute/, "10", "31s"],
  [{ kind: "rate_limited", retryAfter: 1.5, variant: "day" }, /PerDay/, "250", "1.5s"],
  [{ kind: "rate_limited", retryAfter: "garbage" }, /PerMinute/, "10", "soon"],
  [{ kind: "rate_limited", retryAfter: "absent" }, /PerMinute/, "10", undefined],
  [{ kind: "rate_limited", retryAfter: "date" }, /PerMinute/, "10", undefined],
  [{ kind: "quota" }, /PerDay/, "250", "1s"],
  [{ kind: "quota", variant: "zero" }, /FreeTier/, "0", undefined],
] as const)("is 429 with its wait in the body: %j", async (rule, quotaId, quotaValue, retryDelay) => {
  const { response, body, sold } = await met(rule);
  expect([response.status, sold, body.error.status]).toEqual([429, 0, "RESOURCE_EXHAUSTED"]);
  const [failure, , info] = body.error.details;
  expect(failure.violations).toMatchObject([{ quotaValue, quotaDimensions: { model: lite } }]);
  expect(failure.violations[0].quotaId).toMatch(quotaId);
  expect(info?.retryDelay).toBe(retryDelay);
  expect(response.headers.has("retry-after")).toBe("retryAfter" in rule && rule.retryAfter === "date");
});

it("is 429 without details, too", async () => {
  const { body } = await met({ kind: "rate_limited", details: false });
  expect(body.error).not.toHaveProperty("details");
  expect(body.error.message).toContain("zebra");
});

it.each([
  [{ kind: "unauthorized" }, 401, "UNAUTHENTICATED"],
  [{ kind: "unauthorized", status: 400 }, 400, "INVALID_ARGUMENT"],
  [{ kind: "unauthorized", status: 403 }, 403, "PERMISSION_DENIED"],
  [{ kind: "quota", variant: "billing" }, 400, "FAILED_PRECONDITION"],
  [{ kind: "server_error" }, 500, "INTERNAL"],
  [{ kind: "server_error", status: 503 }, 503, "UNAVAILABLE"],
  [{ kind: "server_error", status: 504 }, 504, "DEADLINE_EXCEEDED"],
] as const)("answers %j by %i %s", async (rule, code, status) => {
  const { response, body } = await met(rule);
  expect([response.status, body]).toMatchObject([code, { error: { code, status } }]);
  const reason = body.error.details?.[0].reason;
  expect(reason).toBe(code === 400 && status === "INVALID_ARGUMENT" ? "API_KEY_INVALID" : undefined);
});

it("is 503 with a page instead of JSON", async () => {
  const { response, text } = await met({ kind: "server_error", status: 503, variant: "html" });
  expect([response.status, response.headers.get("content-type")]).toEqual([503, "text/html; charset=UTF-8"]);
  expect(text).toContain("zebra");
});

it.each(["refusal_in_200", "missing_id", "wrong_types"])("answers 200 without sense: %s", async (variant) => {
  const { response, body, sold } = await met({ kind: "nonsense", variant });
  expect([response.status, sold]).toEqual([200, 1]);
  expect(Array.isArray(body.candidates)).toBe(false);
});

it("leaves the spoiling of pictures, and the wire, to the base", async () => {
  const cut = await met({ kind: "truncated_media" });
  const honest = (await (await buy()).json()) as Json;
  const sizeOf = (body: Json) => body.candidates[0].content.parts[0].inlineData.data.length;
  expect(sizeOf(cut.body)).toBeLessThan(sizeOf(honest) * 0.7);
  simulator.setFaults([{ kind: "drop_after_accept" }]);
  const before = simulator.purchases().length;
  await expect(buy()).rejects.toThrow();
  expect(simulator.purchases().length - before).toBe(1);
});
