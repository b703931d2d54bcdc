import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { type Simulator, startSimulator } from "../../simulator.ts";
import { type Buyer, createBuyer, type Json } from "../../testing/buyer.ts";

const flash = "gemini-3.8-flash";
let simulator: Simulator;
let buyer: Buyer;

beforeAll(async () => {
  simulator = await startSimulator();
  buyer = createBuyer(simulator);
});
afterEach(() => simulator.clearFaults());
afterAll(() => simulator.close());

const said = (...texts: string[]) => [{ role: "user", parts: texts.map((text) => ({ text })) }];
const prompts = {
  type: "OBJECT",
  properties: { prompts: { type: "ARRAY", items: { type: "STRING" }, minItems: 1, maxItems: 8 } },
  required: ["prompts"],
};
const planning = (text: string, more: object = {}, schema: object = prompts) => ({
  systemInstruction: { parts: [{ text: "Write image prompts for the brief." }] },
  contents: said(text),
  generationConfig: { responseMimeType: "application/json", responseSchema: schema, ...more },
});
const post = (body: unknown, model = flash, method = "generateContent") =>
  buyer.post(`/gemini/v1beta/models/${model}:${method}`, body, { "x-goog-api-key": "any" });
const ask = async (body: unknown, model?: string): Promise<Json> => (await post(body, model)).json();
const textOf = (answer: Json): string =>
  (answer.candidates[0].content?.parts ?? [])
    .map(({ text, thought }: Json) => (thought ? "" : text))
    .join("");
const planOf = async (body: unknown) => JSON.parse(textOf(await ask(body)));

it("plans as many prompts as were asked for, about what was asked for, no two alike", async () => {
  const planned = await planOf(planning("Write 5 prompts for: a lamp for my game"));
  expect(planned.prompts).toHaveLength(5);
  expect(new Set(planned.prompts).size).toBe(5);
  for (const prompt of planned.prompts) expect(prompt).toMatch(/lamp.*,.*,/);
  expect(await planOf(planning("Write 5 prompts for: a lamp for my game"))).toEqual(planned);
  const other = await startSimulator({ seed: 2 });
  const elsewhere = await createBuyer(other).post(
    `/gemini/v1beta/models/${flash}:generateContent`,
    planning("Write 5 prompts for: a lamp for my game"),
    { "x-goog-api-key": "any" },
  );
  expect(JSON.parse(textOf(await elsewhere.json()))).not.toEqual(planned);
  await other.close();
});

it("finds the wish among commands, labels and JSON", async () => {
  const first = async (text: string) => (await planOf(planning(text))).prompts[0];
  expect(await first("A rainy street corner. Plan 4 prompts.")).toMatch(/^A rainy street corner, /);
  expect(await first("Follow the rules.\nBrief: a tin robot\nNo text.")).toMatch(/^a tin robot, /);
  expect(await first('{"brief":"a paper crane","count":2}')).toMatch(/^a paper crane, /);
  expect(await planOf(planning('{"brief":"a paper crane","count":2}'))).toMatchObject({
    prompts: { length: 2 },
  });
});

it.each([
  ["Write exactly 6 image prompts.", "A book with three scenes", 6],
  ["Plan prompts.", "Write 2 prompts.\nBrief: four pictures of one boat", 2],
  ["Plan prompts.", '{"brief":"two pictures of a boat","count":5}', 5],
  ["Plan prompts.", "four pictures of a boat", 4],
])(
  "writes as many as it was told to, not as many as the brief speaks of: %s %s",
  async (text, brief, count) => {
    const body = { ...planning(brief), systemInstruction: { parts: [{ text }] } };
    expect((await planOf(body)).prompts).toHaveLength(count);
  },
);

it("keeps thirty-two prompts apart, and within the schema's bounds", async () => {
  const items = { type: "STRING" };
  const schema = {
    type: "OBJECT",
    properties: { prompts: { type: "ARRAY", items, minItems: 32, maxItems: 32 } },
    required: ["prompts"],
  };
  const planned = await planOf(planning("an old harbour", {}, schema));
  expect(new Set(planned.prompts).size).toBe(32);
  expect((await planOf(planning("forty prompts? no: 20 prompts of boats"))).prompts).toHaveLength(8);
});

it("fits every part of a schema: words to choose from, bounds, order, names", async () => {
  const schema = {
    type: "OBJECT",
    properties: {
      title: { type: "STRING", maxLength: 24 },
      style: { type: "STRING", enum: ["photo", "watercolour", "clay"] },
      shots: {
        type: "ARRAY",
        minItems: 2,
        maxItems: 2,
        items: {
          type: "OBJECT",
          properties: {
            prompt: { type: "STRING" },
            weight: { type: "NUMBER", minimum: 0.5, maximum: 0.9 },
            order: { type: "INTEGER", minimum: 1, maximum: 4 },
          },
          required: ["prompt"],
        },
      },
      due: { type: "STRING", format: "date-time" },
      tags: { type: "ARRAY", items: { type: "STRING" } },
    },
    propertyOrdering: ["tags", "title", "style", "shots", "due"],
  };
  const planned = await planOf(planning("A brass compass in watercolour", {}, schema));
  expect(Object.keys(planned)).toEqual(["tags", "title", "style", "shots", "due"]);
  expect(planned.style).toBe("watercolour");
  expect(planned.title.length).toBeLessThanOrEqual(24);
  expect(planned.shots).toHaveLength(2);
  for (const { prompt, weight, order } of planned.shots) {
    expect(prompt).toContain("compass");
    expect(weight).toBeGreaterThanOrEqual(0.5);
    expect(weight).toBeLessThanOrEqual(0.9);
    expect([1, 2, 3, 4]).toContain(order);
  }
  expect(Date.parse(planned.due)).not.toBeNaN();
  expect(planned.tags.length).toBeGreaterThan(1);
});

it("takes JSON Schema with definitions instead, and refuses both at once", async () => {
  const responseJsonSchema = {
    type: "object",
    $defs: { prompt: { type: "string", description: "an image prompt" } },
    properties: { prompts: { type: "array", items: { $ref: "#/$defs/prompt" }, minItems: 2, maxItems: 2 } },
    required: ["prompts"],
    additionalProperties: false,
  };
  const generationConfig = { responseMimeType: "application/json", responseJsonSchema };
  const planned = await planOf({ contents: said("a boat"), generationConfig });
  expect(planned.prompts).toHaveLength(2);
  const both = { ...generationConfig, responseSchema: prompts };
  expect((await post({ contents: said("a boat"), generationConfig: both })).status).toBe(400);
});

it("answers in plain words without a schema", async () => {
  expect(textOf(await ask({ contents: said("Plan three prompts for a teapot") })).split("\n")).toHaveLength(
    3,
  );
});

it.each([
  [{ responseMimeType: "text/plain", responseSchema: prompts }, "text/plain"],
  [{ responseMimeType: "application/yaml" }, "mimetypes"],
  [{ responseMimeType: "application/json", responseSchema: { type: "object" } }, '"object"'],
  [{ responseMimeType: "application/json", responseSchema: { type: "OBJECT" } }, "non-empty"],
  [{ responseMimeType: "application/json", responseSchema: { type: "ARRAY" } }, "items"],
  [{ responseMimeType: "application/json", responseSchema: { type: "STRING", $ref: "#" } }, "$ref"],
  [{ responseMimeType: "application/json", responseSchema: { ...prompts, required: ["x"] } }, "not defined"],
  [{ responseMimeType: "application/json", responseJsonSchema: { $schema: "x" } }, "$schema"],
  [{ responseMimeType: "application/json", responseJsonSchema: { $ref: "#/$defs/x" } }, "undefined schema"],
  [{ imageConfig: { aspectRatio: "1:1" } }, "Image config"],
  [{ responseModalities: ["IMAGE"] }, "modalities"],
  [{ thinkingConfig: { thinkingBudget: 100 } }, "budget"],
  [{ thinkingConfig: { thinkingBudget: 100, thinkingLevel: "LOW" } }, "only set one"],
  [{ candidateCount: 9 }, "candidate count"],
])("refuses %j", async (generationConfig, message) => {
  const response = await post({ contents: said("a boat"), generationConfig });
  expect(response.status).toBe(400);
  expect(((await response.json()) as Json).error.message).toContain(message);
});

it("says which model answered, where an id is routed, and which one will go", async () => {
  expect(await ask(planning("a boat"), "gemini-3.7-flash")).toMatchObject({ modelVersion: flash });
  const old = await ask({ contents: said("a boat") }, "gemini-2.5-pro");
  const isOver = Date.now() >= Date.parse("2026-12-01");
  expect(old.modelVersion).toBe(isOver ? flash : "gemini-2.5-pro");
  expect(old.modelStatus?.retirementTime).toBe(isOver ? undefined : "2026-12-01T00:00:00Z");
});

it("cuts at the limit, thoughts counted, and shows thoughts where it was asked to", async () => {
  const cut = await ask(
    planning("a boat", { maxOutputTokens: 60, thinkingConfig: { thinkingLevel: "MEDIUM" } }),
  );
  expect(cut.candidates[0].finishReason).toBe("MAX_TOKENS");
  expect(cut.usageMetadata).toMatchObject({ thoughtsTokenCount: 48, candidatesTokenCount: 12 });
  expect(() => JSON.parse(textOf(cut))).toThrow();
  const aloud = await ask(planning("a boat", { thinkingConfig: { includeThoughts: true } }));
  expect(aloud.candidates[0].content.parts[0]).toMatchObject({ thought: true });
  expect(JSON.parse(textOf(aloud)).prompts).toHaveLength(3);
});

it("sends a text in two parts as it likes, and always when told to", async () => {
  simulator.setFaults([{ kind: "odd_text", variant: "split" }]);
  const answer = await ask(planning("a boat"));
  expect(answer.candidates[0].content.parts).toHaveLength(2);
  expect(JSON.parse(textOf(answer)).prompts).toHaveLength(3);
});

it("streams a text in pieces that make it up", async () => {
  const whole = textOf(await ask(planning("a boat")));
  const response = await post(planning("a boat"), flash, "streamGenerateContent?alt=sse");
  const events = (await response.text()).split("\r\n\r\n").filter((text) => text !== "");
  const bodies = events.map((text) => JSON.parse(text.slice("data: ".length)) as Json);
  expect(bodies.length).toBeGreaterThan(2);
  const pieces = bodies.flatMap(({ candidates }) => candidates[0].content?.parts ?? []);
  expect(pieces.map(({ text }: Json) => text).join("")).toBe(whole);
  expect(bodies.at(-1)?.usageMetadata.totalTokenCount).toBeGreaterThan(50);
});

it.each([
  ["schema", (text: string) => expect(typeof JSON.parse(text).prompts.items).toBe("number")],
  ["prose", (text: string) => expect(() => JSON.parse(text)).toThrow()],
  ["fenced", (text: string) => expect(text).toMatch(/^```json\n\{.*\}\n```$/s)],
  ["cut", (text: string) => expect(() => JSON.parse(text)).toThrow()],
  ["empty", (text: string) => expect(text).toBe("")],
  ["too_many", (text: string) => expect(JSON.parse(text).prompts.length).toBeGreaterThan(100)],
  ["none", (text: string) => expect(JSON.parse(text).prompts).toEqual([])],
] as const)("writes an odd text, and is paid for it: %s", async (variant, check) => {
  simulator.setFaults([{ kind: "odd_text", variant }]);
  const before = simulator.purchases().length;
  const answer = await ask(planning("a boat"));
  check(textOf(answer));
  expect(answer.candidates[0].finishReason).toBe(variant === "cut" ? "MAX_TOKENS" : "STOP");
  expect(simulator.purchases().slice(before)).toMatchObject([
    { operation: "generate_text", outputs: variant === "empty" ? 0 : 1 },
  ]);
  expect((await planOf(planning("a boat"))).prompts).toHaveLength(3);
});

it("does not waste an odd text on a picture", async () => {
  simulator.setFaults([{ kind: "odd_text", variant: "empty" }]);
  const generationConfig = { imageConfig: { imageSize: "512" } };
  expect(
    (await post({ contents: said("hills"), generationConfig }, "gemini-3.1-flash-lite-image")).status,
  ).toBe(200);
  expect(textOf(await ask(planning("a boat")))).toBe("");
});

it("is wrong once or always by directive, also when it is asked again in other words", async () => {
  const isRight = async (text: string, repaired = false) => {
    const body = planning(text);
    const contents = repaired
      ? [
          ...body.contents,
          { role: "model", parts: [{ text: "{}" }] },
          ...said(`That was not valid. The brief again:\nBrief: ${text}`),
        ]
      : body.contents;
    return Array.isArray((await planOf({ ...body, contents })).prompts);
  };
  const once = "a red boat [[fault:odd_text times=1]]";
  expect([await isRight(once), await isRight(once, true)]).toEqual([false, true]);
  const always = "a red boat [[fault:odd_text]]";
  expect([await isRight(always), await isRight(always, true)]).toEqual([false, false]);
});
