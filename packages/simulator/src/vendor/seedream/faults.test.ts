import sharp from "sharp";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import type { FaultRule } from "../../faults/rule.ts";
import { type Simulator, startSimulator } from "../../simulator.ts";
import { type Buyer, createBuyer, type Json } from "../../testing/buyer.ts";

const path = "/seedream/api/v3/images/generations";
let simulator: Simulator;
let buyer: Buyer;

beforeAll(async () => {
  simulator = await startSimulator({ canary: "zebra" });
  buyer = createBuyer(simulator);
});
afterEach(() => simulator.clearFaults());
afterAll(() => simulator.close());

const batchOf = (max_images: number) => ({
  sequential_image_generation: "auto",
  sequential_image_generation_options: { max_images },
});
const buy = (more: object = {}) =>
  buyer.post(path, { model: "seedream-4-0-250828", prompt: "hills", size: "1024x1024", ...more });
async function met(rule: FaultRule, more?: object) {
  simulator.setFaults([rule]);
  const before = simulator.purchases().length;
  const response = await buy(more);
  const text = await response.text();
  const isJson = (response.headers.get("content-type") ?? "").startsWith("application/json");
  const events = text
    .split("\n")
    .flatMap((line): Json[] => (line.startsWith("data: {") ? [JSON.parse(line.slice("data: ".length))] : []));
  const sold = simulator.purchases().slice(before);
  return { response, text, events, body: (isJson ? JSON.parse(text) : undefined) as Json, sold };
}

it.each([
  [{ kind: "moderated" }, 400, "InputTextSensitiveContentDetected"],
  [{ kind: "moderated", stage: "output" }, 400, "OutputImageSensitiveContentDetected"],
  [
    { kind: "moderated", variant: "InputImageSensitiveContentDetected.PrivacyInformation" },
    400,
    "InputImageSensitiveContentDetected.PrivacyInformation",
  ],
  [{ kind: "moderated", stage: "item" }, 400, "OutputImageSensitiveContentDetected"],
  [{ kind: "quota" }, 403, "AccountOverdueError"],
  [{ kind: "quota", status: 429 }, 429, "QuotaExceeded"],
  [{ kind: "quota", status: 429, variant: "limit" }, 429, "SetLimitExceeded"],
  [{ kind: "unauthorized" }, 401, "AuthenticationError"],
  [{ kind: "unauthorized", status: 403 }, 403, "AccessDenied"],
  [{ kind: "unauthorized", status: 404 }, 404, "ModelNotOpen"],
  [{ kind: "rate_limited" }, 429, "RateLimitExceeded.EndpointRPMExceeded"],
  [{ kind: "rate_limited", variant: "overloaded" }, 429, "ServerOverloaded"],
  [{ kind: "rate_limited", variant: "inflight" }, 429, "InflightBatchsizeExceeded"],
  [{ kind: "server_error" }, 500, "InternalServiceError"],
  [{ kind: "server_error", stage: "item" }, 500, "InternalServiceError"],
] as const)("answers %j by %i %s, and sells nothing", async (rule, status, code) => {
  const { response, body, sold } = await met(rule);
  expect([response.status, body.error.code, sold]).toEqual([status, code, []]);
  expect(body.error.message).toMatch(/zebra.*Request ID: 0217/);
});

it.each([
  [7, "7"],
  ["absent", null],
  ["garbage", "soon, probably"],
] as const)("is 429 with Retry-After %s", async (retryAfter, header) => {
  const { response } = await met({ kind: "rate_limited", retryAfter });
  expect(response.headers.get("retry-after")).toBe(header);
});

it.each([
  ["1", [true, false, true], "moderated", "OutputImageSensitiveContentDetected"],
  ["0+2", [false, true, false], "server_error", "InternalServiceError"],
  ["0+1+2", undefined, "moderated", "OutputImageSensitiveContentDetected"],
] as const)("fails pictures %s of a batch, delivers and bills the others", async (only, good, kind, code) => {
  const { response, body, sold } = await met({ kind, stage: "item", only }, batchOf(3));
  if (good === undefined) {
    expect([response.status, body.error.code, sold]).toEqual([400, code, []]);
    return;
  }
  expect(body.data.map((item: Json) => item.url !== undefined)).toEqual(good);
  const [failed] = body.data.filter(({ error }: Json) => error);
  expect(failed).toEqual({ error: { code, message: expect.stringContaining("zebra") } });
  const count = good.filter(Boolean).length;
  expect(body.usage.generated_images).toBe(count);
  expect(sold).toMatchObject([{ outputs: count, credits: count }]);
});

it("fails one picture inside a stream", async () => {
  const { events, text } = await met(
    { kind: "moderated", stage: "item", only: "1" },
    { ...batchOf(3), stream: true },
  );
  expect(events.map(({ type }) => type.split(".")[1])).toEqual([
    "partial_succeeded",
    "partial_failed",
    "partial_succeeded",
    "completed",
  ]);
  expect(events[1]).toMatchObject({ image_index: 1, error: { code: "OutputImageSensitiveContentDetected" } });
  expect(events[3].usage.generated_images).toBe(2);
  expect(text.endsWith("data: [DONE]\n\n")).toBe(true);
});

it.each([
  ["moderated", 3, 1, "OutputImageSensitiveContentDetected"],
  ["server_error", 1, 0, "InternalServiceError"],
] as const)(
  "breaks a stream by %s: of %i pictures %i came out, and is billed",
  async (kind, n, out, code) => {
    const { events, sold } = await met({ kind, stage: "stream" }, { ...batchOf(n), stream: true });
    expect(events.map(({ type, error }) => type ?? error.code)).toEqual([
      ...Array.from({ length: out }, () => "image_generation.partial_succeeded"),
      code,
    ]);
    expect(sold.map(({ outputs }) => outputs)).toEqual(out === 0 ? [] : [out]);
  },
);

it("loses a whole stream, and says so at its end", async () => {
  const { events, sold } = await met({ kind: "moderated", stage: "item" }, { ...batchOf(2), stream: true });
  expect(events.map(({ type }) => type)).toEqual([
    "image_generation.partial_failed",
    "image_generation.partial_failed",
    undefined,
  ]);
  expect(sold).toEqual([]);
});

it("ends a stream before its end, answers a wrong one in JSON, and cuts one", async () => {
  const { events, text, sold } = await met({ kind: "no_outputs" }, { ...batchOf(2), stream: true });
  expect(events).toHaveLength(2);
  expect(text).not.toContain("[DONE]");
  expect(sold).toMatchObject([{ outputs: 2 }]);
  await expect(met({ kind: "truncated_body" }, { stream: true })).rejects.toThrow();
  const refused = await met({ kind: "moderated" }, { stream: true });
  expect(refused.body.error.code).toBe("InputTextSensitiveContentDetected");
});

it("succeeds without a picture, and bills none", async () => {
  const { response, body, sold } = await met({ kind: "no_outputs" });
  expect([response.status, body.data, body.usage.generated_images, sold]).toEqual([200, [], 0, []]);
});

it("kills links: from the start, or once they are opened", async () => {
  const { body } = await met({ kind: "link_expired", only: "1" }, batchOf(2));
  const open = async (index: number) => (await fetch(body.data[index].url)).status;
  expect([await open(0), await open(1), await open(1)]).toEqual([200, 403, 403]);
  simulator.setFaults([{ kind: "link_expired", on: "media" }]);
  expect([await open(0), await open(0)]).toEqual([403, 403]);
});

it("leaves the spoiling of files and links, and the wire, to the base", async () => {
  const honest = await met({ kind: "truncated_media" });
  const file = await (await fetch(honest.body.data[0].url)).arrayBuffer();
  await expect(sharp(file, { failOn: "truncated" }).toBuffer()).rejects.toThrow();
  const odd = await met({ kind: "odd_outputs", variant: "relative" });
  expect(odd.body.data[0].url).toBe("/files/output.png");
  const blurred = await met({ kind: "moderated", stage: "placeholder" }, { response_format: "b64_json" });
  const inside = Buffer.from(blurred.body.data[0].b64_json, "base64");
  const { body } = await met({ kind: "moderated", stage: "placeholder" });
  const behind = Buffer.from(await (await fetch(body.data[0].url)).arrayBuffer());
  for (const bytes of [inside, behind]) expect((await sharp(bytes).stats()).sharpness).toBeLessThan(0.5);
  const twice = await met({ kind: "accepted_twice" });
  expect(twice.sold).toHaveLength(2);
  const late = await met({ kind: "server_error", accepted: true });
  expect([late.response.status, late.sold.length]).toEqual([500, 1]);
});

it.each(["refusal_in_200", "missing_id", "wrong_types"])("answers 200 without sense: %s", async (variant) => {
  const { response, body, sold } = await met({ kind: "nonsense", variant });
  expect([response.status, sold.length]).toEqual([200, 1]);
  expect(Array.isArray(body.data)).toBe(false);
});
