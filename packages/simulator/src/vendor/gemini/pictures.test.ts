import sharp from "sharp";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Simulator, startSimulator } from "../../simulator.ts";
import { type Buyer, createBuyer, type Json, photo } from "../../testing/buyer.ts";

const nano = "gemini-nano-banana-2.1";
const lite = "gemini-3.1-flash-lite-image";
const pathOf = (model: string, method = "generateContent") => `/gemini/v1beta/models/${model}:${method}`;
const key = { "x-goog-api-key": "any" };
let simulator: Simulator;
let buyer: Buyer;

beforeAll(async () => {
  simulator = await startSimulator({ canary: "zebra" });
  buyer = createBuyer(simulator);
});
afterAll(() => simulator.close());

const post = (model: string, body: unknown, method?: string, headers = {}) =>
  buyer.post(pathOf(model, method), body, { ...key, ...headers });
const asked = (text: string, ...pictures: Buffer[]) => [
  {
    role: "user",
    parts: [
      { text },
      ...pictures.map((file) => ({ inlineData: { mimeType: "image/png", data: file.toString("base64") } })),
    ],
  },
];
const small = { responseModalities: ["IMAGE"], imageConfig: { imageSize: "512" } };
async function paint(body: object, model = lite, headers = {}): Promise<Json> {
  const response = await post(model, body, undefined, headers);
  expect(response.status).toBe(200);
  return response.json();
}
const fileOf = (answer: Json) => {
  const part = answer.candidates[0].content.parts.find((one: Json) => one.inlineData && !one.thought);
  return Buffer.from(part.inlineData.data, "base64");
};

it("answers a picture beside words, with its signature, usage, model and price", async () => {
  const answer = await paint({ contents: asked("a boat at sea") }, nano, { "x-request-id": "order-1" });
  const [candidate] = answer.candidates;
  expect(candidate).toMatchObject({ finishReason: "STOP", index: 0, content: { role: "model" } });
  const [words, picture] = candidate.content.parts;
  expect(words.text).toMatch(/picture/);
  expect(picture.inlineData.mimeType).toBe("image/png");
  expect(picture.thoughtSignature.length).toBeGreaterThan(40);
  expect(await sharp(fileOf(answer)).metadata()).toMatchObject({ format: "png", width: 1024, height: 1024 });
  expect(answer).toMatchObject({
    usageMetadata: { promptTokenCount: 4, thoughtsTokenCount: 48, candidatesTokenCount: 1126 },
    modelVersion: nano,
  });
  expect(answer.responseId).toContain("zebra");
  expect(simulator.purchases().at(-1)).toMatchObject({
    vendor: "gemini",
    purchase_id: answer.responseId,
    operation: "generate_image",
    client_reference: "order-1",
    outputs: 1,
    // 4 tokens in, 54 of words and thoughts, 1120 of a picture.
    usd: 0.033764,
  });
  expect(simulator.invoice().find(({ vendor }) => vendor === "gemini")).toMatchObject({ unit: "usd" });
});

it.each([
  ["16:9", "512", 688, 384],
  ["1:8", "512", 176, 1456],
  ["3:4", "1K", 880, 1184],
])("paints %s in %s, in the format that the part names", async (aspectRatio, imageSize, width, height) => {
  const generationConfig = { responseModalities: ["IMAGE"], imageConfig: { aspectRatio, imageSize } };
  const answer = await paint({ contents: asked("hills"), generationConfig });
  const [part, none] = answer.candidates[0].content.parts;
  expect([part.inlineData.mimeType, none]).toEqual(["image/jpeg", undefined]);
  expect(await sharp(fileOf(answer)).metadata()).toMatchObject({ format: "jpeg", width, height });
});

it("paints the photo that was sent, in its proportions, with the others hanging in it", async () => {
  const red = await sharp({ create: { width: 64, height: 64, channels: 3, background: "#ff0000" } })
    .png()
    .toBuffer();
  const generationConfig = small;
  const [one, two] = [
    await paint({ contents: asked("in ink", await photo(480, 320)), generationConfig }),
    await paint({ contents: asked("in ink", await photo(480, 320), red), generationConfig }),
  ];
  const [left, right] = await Promise.all([one, two].map((answer) => sharp(fileOf(answer)).raw().toBuffer()));
  const { width = 0, height = 0 } = await sharp(fileOf(one)).metadata();
  expect(width / height).toBeCloseTo(1.5, 1);
  const at = (file: Buffer | undefined, x: number, y: number) =>
    [...(file ?? []).slice((y * width + x) * 3, (y * width + x) * 3 + 3)] as number[];
  const [hung, bare] = [at(right, 40, height - 40), at(left, 40, height - 40)];
  expect((hung[0] ?? 0) - (hung[1] ?? 0)).toBeGreaterThan(150);
  expect((bare[0] ?? 0) - (bare[1] ?? 0)).toBeLessThan(100);
  expect(two.usageMetadata.promptTokenCount - one.usageMetadata.promptTokenCount).toBe(258);
});

it("goes on with a picture of its own that comes back with its signature, and not without", async () => {
  const generationConfig = small;
  const first = await paint({ contents: asked("a lamp on a table"), generationConfig });
  const own = first.candidates[0].content;
  const turns = (content: Json) => [
    ...asked("a lamp"),
    content,
    { role: "user", parts: [{ text: "as a blueprint" }] },
  ];
  const second = await paint({ contents: turns(own), generationConfig });
  expect(fileOf(second).equals(fileOf(first))).toBe(false);
  const { thoughtSignature: _, ...unsigned } = own.parts[0];
  const refused = await post(lite, { contents: turns({ ...own, parts: [unsigned] }) });
  expect([refused.status, await refused.json()]).toMatchObject([
    400,
    { error: { message: expect.stringContaining("thought_signature") } },
  ]);
});

it("thinks aloud in sketches: always with the pro model, and where it was asked to", async () => {
  const thoughtsOf = (answer: Json) =>
    answer.candidates[0].content.parts.filter(({ thought }: Json) => thought === true);
  const pro = await paint({ contents: asked("hills") }, "gemini-3-pro-image");
  const [words, sketch] = thoughtsOf(pro);
  expect(words.text).toBeDefined();
  const draft = await sharp(Buffer.from(sketch.inlineData.data, "base64")).metadata();
  expect([draft.width, (await sharp(fileOf(pro)).metadata()).width]).toEqual([512, 1024]);
  const config = { ...small, thinkingConfig: { thinkingLevel: "minimal" } };
  const loud = { ...small, thinkingConfig: { includeThoughts: true } };
  const answers = [config, loud].map((generationConfig) => paint({ contents: asked("x"), generationConfig }));
  const [silent, aloud] = await Promise.all(answers);
  expect([thoughtsOf(silent).length, thoughtsOf(aloud).length]).toEqual([0, 2]);
});

it("streams thoughts, words and the picture one after the other, and counts at the end", async () => {
  const body = { contents: asked("hills"), generationConfig: small };
  const response = await post(lite, body, "streamGenerateContent?alt=sse");
  expect(response.headers.get("content-type")).toBe("text/event-stream");
  const events = (await response.text()).split("\r\n\r\n").filter((text) => text !== "");
  const [picture, end] = events.map((text) => JSON.parse(text.slice("data: ".length)));
  expect(picture.candidates[0].content.parts[0].inlineData.mimeType).toBe("image/jpeg");
  expect(end).toMatchObject({ candidates: [{ finishReason: "STOP" }], responseId: picture.responseId });
  expect(end.usageMetadata.totalTokenCount).toBeGreaterThan(700);
  const list = (await (await post(lite, body, "streamGenerateContent")).json()) as Json;
  expect(list).toHaveLength(2);
});

it("paints the same again for the same seed, and another picture for another", async () => {
  const files = await Promise.all(
    [7, 7, 8].map(async (seed) =>
      fileOf(await paint({ contents: asked("hills"), generationConfig: { ...small, seed } })),
    ),
  );
  expect(files.map((file) => file.equals(files[0] as Buffer))).toEqual([true, true, false]);
});

it.each([
  [{ contents: [] }, "contents is not specified"],
  [{ contents: asked("x"), n: 2 }, 'Unknown name "n"'],
  [{ contents: [{ role: "system", parts: [{ text: "x" }] }] }, "valid role"],
  [{ contents: [{ parts: [{ text: "x", inlineData: { mimeType: "image/png", data: "AA==" } }] }] }, "oneof"],
  [{ contents: [{ parts: [{ inlineData: { mimeType: "image/gif", data: "AA==" } }] }] }, "Unsupported MIME"],
  [{ contents: [{ parts: [{ inlineData: { mimeType: "image/png", data: "AAAA" } }] }] }, "Unable to process"],
  [{ contents: [{ parts: [{ inlineData: { mimeType: "image/png", data: "data:," } }] }] }, "Base64 decoding"],
  [{ contents: asked("x"), generationConfig: { imageConfig: { aspectRatio: "7:3" } } }, "aspect_ratio"],
  [{ contents: asked("x"), generationConfig: { imageConfig: { imageSize: "1k" } } }, "image_size"],
  [{ contents: asked("x"), generationConfig: { imageConfig: { imageSize: "4K" } } }, "image_size"],
  [
    { contents: asked("x"), generationConfig: { imageConfig: { personGeneration: "x" } } },
    "personGeneration",
  ],
  [{ contents: asked("x"), generationConfig: { responseFormat: [] } }, "responseFormat"],
  [{ contents: asked("x"), generationConfig: { responseModalities: ["TEXT"] } }, "response modalities"],
  [{ contents: asked("x"), generationConfig: { responseModalities: ["image"] } }, "TYPE_ENUM"],
  [{ contents: asked("x"), generationConfig: { candidateCount: 2 } }, "Multiple candidates"],
  [{ contents: asked("x"), generationConfig: { responseMimeType: "application/json" } }, "JSON mode"],
  [{ contents: asked("x"), generationConfig: { seed: 0.5 } }, "TYPE_INT32"],
  [
    { contents: asked("x"), generationConfig: { thinkingConfig: { thinkingLevel: "LOW" } } },
    "Thinking level",
  ],
  [{ contents: asked("x"), safetySettings: [{ category: "HARM", threshold: "OFF" }] }, "TYPE_ENUM"],
  [{ contents: asked("x"), serviceTier: "gold" }, "service_tier"],
])("refuses %j", async (body, message) => {
  const before = simulator.purchases().length;
  const response = await post(lite, body);
  expect(response.status).toBe(400);
  const { error } = (await response.json()) as Json;
  expect(error).toMatchObject({ code: 400, status: "INVALID_ARGUMENT" });
  expect(error.message).toContain(message);
  expect(simulator.purchases().length).toBe(before);
});

it("takes fourteen pictures and not fifteen, and no file that was never uploaded", async () => {
  const dot = await sharp({ create: { width: 16, height: 16, channels: 3, background: "#888" } })
    .png()
    .toBuffer();
  const dots = (count: number) => ({
    contents: asked("x", ...Array.from({ length: count }, () => dot)),
    generationConfig: small,
  });
  expect([(await post(lite, dots(14))).status, (await post(lite, dots(15))).status]).toEqual([200, 400]);
  const fileData = { mimeType: "image/png", fileUri: "https://example.com/files/1" };
  expect((await post(lite, { contents: [{ parts: [{ fileData }] }] })).status).toBe(403);
});

it.each([
  ["gemini-3.1-flash-image", "generateContent"],
  ["gemini-2.5-flash-image", "generateContent"],
  ["gemini-3-pro-image-preview", "generateContent"],
  ["imagen-4.0-generate-001", "predict"],
  [nano, "predict"],
])("answers %s:%s with 404: there is no such thing", async (model, method) => {
  const response = await post(model, { contents: asked("x") }, method);
  expect([response.status, await response.json()]).toMatchObject([404, { error: { status: "NOT_FOUND" } }]);
});

it("wants its own key, in its own header, and takes one in the address", async () => {
  const body = { contents: asked("x"), generationConfig: small };
  const refused = await buyer.post(pathOf(lite), body);
  expect([refused.status, await refused.json()]).toMatchObject([
    401,
    { error: { status: "UNAUTHENTICATED" } },
  ]);
  expect((await buyer.post(`${pathOf(lite)}?key=any`, body)).status).toBe(200);
  expect((await post(lite, "{")).status).toBe(400);
});

it("lists its models, page by page, and shows one", async () => {
  const get = async (path: string) =>
    (await (await buyer.get(`/gemini/v1beta/models${path}`, key)).json()) as Json;
  const first = await get("?pageSize=4");
  expect(first.models).toHaveLength(4);
  const rest = await get(`?pageToken=${first.nextPageToken}`);
  const names = [...first.models, ...rest.models].map(({ name }: Json) => name);
  expect(names).toContain(`models/${nano}`);
  expect(names).not.toContain("models/gemini-3.7-flash");
  expect(await get(`/${nano}`)).toMatchObject({ name: `models/${nano}` });
  expect(await get("/gemini-1")).toMatchObject({ error: { code: 404 } });
});
