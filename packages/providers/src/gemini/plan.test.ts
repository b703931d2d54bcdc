import { HttpResponse, http } from "msw";
import { setupServer } from "msw/node";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { buy } from "../conformance/buy.ts";
import { fileOf, jobOf } from "../conformance/cases.ts";
import { submitContext } from "../conformance/context.ts";
import { gemini } from "./index.ts";

const requests: {
  path: string;
  body: { contents: { parts: { text: string }[] }[]; generationConfig: object };
}[] = [];
const keys: (string | null)[][] = [];
const answers: (object | number)[] = [];
const onAnswer: (() => void)[] = [];
const server = setupServer(
  http.post("https://vendor.invalid/*", async ({ request }) => {
    keys.push(["x-goog-api-key", "authorization"].map((name) => request.headers.get(name)));
    requests.push({ path: new URL(request.url).pathname, body: (await request.json()) as never });
    onAnswer.shift()?.();
    const answer = answers.shift() ?? 500;
    if (typeof answer === "number") return HttpResponse.json({ error: {} }, { status: answer });
    return HttpResponse.json(answer);
  }),
);
beforeAll(() => server.listen({ onUnhandledFrame: "error" }));
afterEach(() => {
  for (const list of [requests, keys, answers, onAnswer]) list.length = 0;
});
afterAll(() => server.close());

const tokens = (totalTokenCount: number) => ({ usageMetadata: { totalTokenCount } });
const says = (...texts: string[]) => ({
  candidates: [
    {
      content: { parts: [{ text: "CANARY", thought: true }, ...texts.map((text) => ({ text }))] },
      finishReason: "STOP",
    },
  ],
  ...tokens(100),
});
const planOf = (...prompts: unknown[]) => says(JSON.stringify({ prompts }));
const provider = gemini({
  apiKey: "key",
  baseUrl: "https://vendor.invalid/v1beta",
  planInstruction: "Plan.",
});
const plan = (given: (object | number)[], input: { count?: number } = { count: 2 }, seen = {}) => {
  answers.push(...given);
  const brief = "A shop for lamps.";
  const job = { ...jobOf("plan-prompts", { brief, ...input }), prompt: brief };
  return buy(provider, job, submitContext(seen));
};

describe("a plan of prompts", () => {
  it("is asked for with its schema, its number and room to answer", async () => {
    await plan([planOf("a", "b")]);
    expect(keys).toEqual([["key", null]]);
    expect(requests).toEqual([
      {
        path: "/v1beta/models/gemini-3.8-flash:generateContent",
        body: {
          systemInstruction: { parts: [{ text: "Plan. Write exactly 2 prompts." }] },
          contents: [{ role: "user", parts: [{ text: "A shop for lamps." }] }],
          generationConfig: {
            responseMimeType: "application/json",
            responseJsonSchema: {
              type: "object",
              properties: {
                prompts: { type: "array", items: { type: "string" }, minItems: 2, maxItems: 2 },
              },
              required: ["prompts"],
              additionalProperties: false,
            },
            maxOutputTokens: 6144,
            thinkingConfig: { thinkingLevel: "LOW" },
          },
        },
      },
    ]);
  });

  it("asks for eight where nobody says how many, and sends no level to models that take none", async () => {
    const older = gemini({ apiKey: "key", baseUrl: "https://vendor.invalid", textModel: "gemini-2.5-pro" });
    const { request } = await older.prepare(jobOf("plan-prompts", { brief: "b" }), submitContext());
    expect(JSON.stringify(request)).toContain('"minItems":8,"maxItems":8');
    expect(JSON.stringify(request)).not.toContain("thinking");
  });

  it("is read from its parts without the thoughts, cut to what was asked, and cleaned", async () => {
    const text = JSON.stringify({ prompts: [" a\u0000lamp\n", "b\ud800", "c"] });
    const { answer, outputs } = await plan([says(text.slice(0, 9), text.slice(9))]);
    expect(JSON.parse(outputs[0] ?? "")).toEqual({ prompts: ["a lamp", "b\ufffd"] });
    expect(answer).toMatchObject({ state: "done", cost: { unit: "tokens", amount: 100 } });
    expect(requests).toHaveLength(1);
  });

  it.each([
    [says("Here you are: a, b"), "it was not JSON of the schema."],
    [says(), "it was not JSON of the schema."],
    [says('{"prompts":["a",2]}'), "it was not JSON of the schema."],
    [planOf("a"), "it had 1 prompts instead of 2."],
    [planOf("a", " \n"), "a prompt was empty."],
    [planOf("a", "x".repeat(4001)), "a prompt was longer than 4000 characters."],
  ])("is repaired once, by name of the error, after %j", async (unusable, problem) => {
    const { answer, outputs } = await plan([unusable, planOf("c", "d")]);
    expect(JSON.parse(outputs[0] ?? "")).toEqual({ prompts: ["c", "d"] });
    expect(answer).toMatchObject({ cost: { unit: "tokens", amount: 200 } });
    expect(requests).toHaveLength(2);
    const [first, second] = requests;
    expect(second?.body.generationConfig).toEqual(first?.body.generationConfig);
    const [brief, complaint, ...others] = second?.body.contents[0]?.parts ?? [];
    expect(others).toEqual([]);
    expect(brief?.text).toBe("A shop for lamps.");
    expect(complaint?.text).toContain(problem);
    expect(complaint?.text).not.toContain("CANARY");
  });

  it("is planned from a picture too, where an operation of one's own takes one, and repaired with it", async () => {
    answers.push(planOf("a"), planOf("c", "d"));
    const file = fileOf("inspiration_file", "one", "image/jpeg");
    const job = { ...jobOf("plan-prompts", { count: 2 }, { files: [file] }), prompt: "Lamps." };
    await buy(provider, job, submitContext());
    const picture = { inlineData: { mimeType: "image/jpeg", data: "b25l" } };
    const [first, second] = requests.map(({ body }) => body.contents[0]?.parts);
    expect(first).toEqual([{ text: "Lamps." }, picture]);
    expect(second).toEqual([{ text: "Lamps." }, { text: expect.stringContaining("1 prompts") }, picture]);
  });

  it("quotes no more of an endless answer than helps", async () => {
    await plan([says("x".repeat(100_000)), planOf("c", "d")]);
    expect(JSON.stringify(requests[1]?.body).length).toBeLessThan(25_000);
  });

  it("fails after two answers that are none, and asks no third time", async () => {
    const { error } = await plan([planOf("a"), planOf("b"), planOf("c", "d")]);
    expect(error).toMatchObject({ code: "provider_failed", outcome: "failed" });
    expect(requests).toHaveLength(2);
  });

  it.each([
    [429, { code: "provider_failed", outcome: "failed", operator: false }],
    [403, { code: "provider_failed", outcome: "failed", operator: true }],
    [500, { code: "submission_unknown", outcome: "unknown" }],
    [
      { promptFeedback: { blockReason: "SAFETY" } },
      { code: "content_rejected", details: { stage: "input" }, outcome: "refused" },
    ],
    [{}, { code: "submission_unknown", outcome: "unknown" }],
  ])("never sends the first call again because its repair was answered with %j", async (answer, expected) => {
    const { error } = await plan([planOf("a"), answer]);
    expect(error).toMatchObject(expected);
    expect(error?.retryAfterMs).toBeUndefined();
    expect(requests).toHaveLength(2);
  });

  it.each([
    ["MAX_TOKENS", { code: "provider_failed", outcome: "failed" }],
    ["SAFETY", { code: "content_rejected", outcome: "failed", details: { stage: "output" } }],
  ])("is not repaired when it ended as %s", async (finishReason, expected) => {
    const cut = { candidates: [{ content: { parts: [{ text: '{"prompts":["a' }] }, finishReason }] };
    const { error } = await plan([cut, planOf("c", "d")]);
    expect(error).toMatchObject(expected);
    expect(requests).toHaveLength(1);
  });

  it.each([
    [429, { code: "provider_unavailable", outcome: "refused", retryAfterMs: 5_000 }],
    [500, { code: "submission_unknown", outcome: "unknown" }],
  ])("keeps what a first call answered with %i means", async (status, expected) => {
    const { error } = await plan([status, planOf("c", "d")]);
    expect(error).toMatchObject(expected);
    expect(requests).toHaveLength(1);
  });

  it("buys no repair for a user who has cancelled", async () => {
    const controller = new AbortController();
    onAnswer.push(() => controller.abort());
    const { error } = await plan(
      [planOf("a"), planOf("c", "d")],
      { count: 2 },
      { cancelled: controller.signal },
    );
    expect(error).toMatchObject({ code: "cancelled", outcome: "failed" });
    expect(requests).toHaveLength(1);
  });

  it("sends no repair when it is told to stop", async () => {
    const controller = new AbortController();
    const signal = controller.signal;
    const logger = { ...submitContext().logger, info: () => controller.abort() };
    const { error } = await plan([planOf("a"), planOf("c", "d")], { count: 2 }, { signal, logger });
    expect(error).toMatchObject({ code: "provider_failed", outcome: "failed" });
    expect(requests).toHaveLength(1);
  });
});
