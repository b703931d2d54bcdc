import sharp from "sharp";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { type Simulator, startSimulator } from "../../simulator.ts";
import { type Buyer, createBuyer, type Json, photo } from "../../testing/buyer.ts";

const path = "/recraft/v1/images/generations";
let simulator: Simulator;
let buyer: Buyer;

beforeAll(async () => {
  simulator = await startSimulator();
  buyer = createBuyer(simulator);
});
afterEach(() => {
  simulator.clearFaults();
  vi.useRealTimers();
});
afterAll(() => simulator.close());

const order = { model: "recraftv4_1_flash", prompt: "a blue vase", size: "1:2" };
const make = async (more: object = {}, where = path): Promise<Json> => {
  const response = await buyer.post(where, { ...order, ...more });
  const body = (await response.json()) as Json;
  return { status: response.status, ...body };
};
const fileOf = ({ b64_json }: Json) => Buffer.from(b64_json, "base64");

it("answers with links to WebP pictures, which need no key", async () => {
  const response = await buyer.post(path, { ...order, n: 2 }, { "x-request-id": "order-1" });
  const body = (await response.json()) as Json;
  expect(body).toMatchObject({ created: expect.any(Number), credits: 14 });
  expect(body.data).toHaveLength(2);
  expect(body.data[0].image_id).toMatch(/^[0-9a-f-]{36}$/);
  expect(body.data[0].url).toContain("/recraft/img/");
  const files: Buffer[] = [];
  for (const { url } of body.data) {
    const file = await fetch(url);
    expect(file.headers.get("content-type")).toBe("image/webp");
    expect(file.headers.has("x-recraft-requestid")).toBe(true);
    files.push(Buffer.from(await file.arrayBuffer()));
  }
  expect(await sharp(files[0]).metadata()).toMatchObject({ format: "webp", width: 768, height: 1536 });
  expect(files[0]?.equals(files[1] ?? Buffer.alloc(0))).toBe(false);
  expect(simulator.purchases().at(-1)).toMatchObject({
    vendor: "recraft",
    purchase_id: response.headers.get("x-recraft-requestid"),
    operation: "images/generations",
    client_reference: "order-1",
    outputs: 2,
    credits: 14,
    usd: 0.014,
  });
  const invoice = simulator.invoice().find(({ vendor }) => vendor === "recraft");
  expect(invoice).toMatchObject({ unit: "units", amount: 14, usd: 0.014 });
});

it("paints the same for the same random_seed, as PNG in the answer", async () => {
  const wish = { random_seed: 5, response_format: "b64_json", image_format: "png" };
  const [first, again, other] = [await make(wish), await make(wish), await make({ ...wish, random_seed: 6 })];
  expect((await sharp(fileOf(first.data[0])).metadata()).format).toBe("png");
  expect(again.data[0].b64_json).toBe(first.data[0].b64_json);
  expect(other.data[0].b64_json).not.toBe(first.data[0].b64_json);
});

it("draws by a vector model, as SVG that any viewer shows", async () => {
  const body = await make({ model: "recraftv4_1_vector", random_seed: 1 }, `${path}/vector`);
  expect(body.credits).toBe(80);
  const file = await fetch(body.data[0].url);
  expect(file.headers.get("content-type")).toBe("image/svg+xml");
  const svg = await file.text();
  expect(svg).toMatch(/^<svg xmlns/);
  expect(svg).not.toContain("<image");
  const { channels } = await sharp(Buffer.from(svg)).stats();
  expect(channels[0]?.stdev).toBeGreaterThan(20);
});

it("draws in a vector style of a model of old, by that price", async () => {
  const wish = {
    model: "recraftv3",
    style: "vector_illustration",
    substyle: "line_art",
    response_format: "b64_json",
  };
  const body = await make(wish);
  expect(fileOf(body.data[0]).toString()).toMatch(/^<svg/);
  expect(body.credits).toBe(80);
});

it("uses the colours of controls, and sets words where they belong", async () => {
  const wish = {
    model: "recraftv3_vector",
    response_format: "b64_json",
    controls: { colors: [{ rgb: [200, 10, 20], weight: 0.7 }], background_color: { rgb: [255, 255, 255] } },
    text_layout: [
      {
        text: "SALE",
        bbox: [
          [0.1, 0.1],
          [0.4, 0.1],
          [0.4, 0.2],
          [0.1, 0.2],
        ],
      },
    ],
  };
  const svg = fileOf((await make(wish)).data[0]).toString();
  expect(svg).toContain("#c80a14");
  expect(svg).toContain(">SALE</text>");
});

it("chooses the size from the prompt where none is given", async () => {
  const wish = { size: undefined, response_format: "b64_json", prompt: "a wide banner of a lake" };
  expect(await sharp(fileOf((await make(wish)).data[0])).metadata()).toMatchObject({
    width: 1280,
    height: 832,
  });
});

describe("what is refused", () => {
  it.each<[string, object, string?]>([
    ["no prompt", { prompt: undefined }],
    ["a prompt of 1,001 for V3", { model: "recraftv3", prompt: "a".repeat(1001) }],
    ["an unknown model", { model: "recraftv9" }],
    ["an unknown parameter", { quality: "high" }],
    ["seven pictures", { n: 7 }],
    ["n as text", { n: "2" }],
    ["jpeg", { image_format: "jpeg" }],
    ["a size of another line", { size: "1820x1024" }],
    ["a style for V4.1", { style: "realistic_image" }],
    [
      "style and style_id",
      { model: "recraftv3", style: "any", style_id: "7d9c1a22-e28e-42d6-89b8-6bf6e9592851" },
    ],
    ["a substyle of V2 for V3", { model: "recraftv3", style: "vector_illustration", substyle: "kawaii" }],
    ["icons by V3", { model: "recraftv3", style: "icon" }],
    ["a negative prompt for V4.1", { negative_prompt: "fog" }],
    ["words for V4.1", { text_layout: [] }],
    [
      "small letters",
      {
        model: "recraftv3",
        text_layout: [
          {
            text: "sale",
            bbox: [
              [0, 0],
              [1, 0],
              [1, 1],
              [0, 1],
            ],
          },
        ],
      },
    ],
    [
      "three corners",
      {
        model: "recraftv3",
        text_layout: [
          {
            text: "A",
            bbox: [
              [0, 0],
              [1, 0],
              [1, 1],
            ],
          },
        ],
      },
    ],
    ["an artistic level for V4.1", { controls: { artistic_level: 2 } }],
    [
      "weights over 1",
      {
        controls: {
          colors: [
            { rgb: [0, 0, 0], weight: 0.6 },
            { rgb: [9, 9, 9], weight: 0.6 },
          ],
        },
      },
    ],
    ["a colour of four", { controls: { background_color: { rgb: [0, 0, 0, 0] } } }],
    ["no style for the Styles line", { model: "recraftv4_styles" }],
    [
      "a style that is not there",
      { model: "recraftv3", style_id: "7d9c1a22-e28e-42d6-89b8-6bf6e9592851" },
      "style_not_found",
    ],
  ])("%s", async (_, more, code = "invalid_parameter") => {
    const before = simulator.purchases().length;
    expect(await make(more)).toMatchObject({ status: 400, code, message: expect.any(String) });
    expect(simulator.purchases().length).toBe(before);
  });

  it("the wrong kind of model on the paths for one kind", async () => {
    expect(await make({}, `${path}/vector`)).toMatchObject({ status: 400, code: "invalid_image_type" });
    const vector = { model: "recraftv4_vector" };
    expect(await make(vector, `${path}/raster`)).toMatchObject({ code: "invalid_image_type" });
  });

  it("another path, no token, another content type, with a request id each", async () => {
    const none = await buyer.post("/recraft/v1/images/textToImage", order);
    const nobody = await buyer.post(path, order, { authorization: "Bearer " });
    const text = await buyer.post(path, order, { "content-type": "text/plain" });
    expect([none.status, nobody.status, text.status]).toEqual([404, 401, 415]);
    for (const { headers } of [none, nobody, text]) expect(headers.has("x-recraft-requestid")).toBe(true);
    expect(await nobody.json()).toEqual({ code: "unauthorized", message: expect.any(String) });
  });

  it.each([
    [{ kind: "rate_limited" }, 429, "rate_limit_exceeded"],
    [{ kind: "quota" }, 402, "not_enough_credits"],
    [{ kind: "moderated" }, 400, "content_moderation"],
    [{ kind: "moderated", stage: "task" }, 400, "content_moderation"],
    [{ kind: "unauthorized" }, 401, "unauthorized"],
    [{ kind: "server_error", status: 503 }, 503, "internal_error"],
  ] as const)("by the fault %j: %i %s", async (rule, status, code) => {
    simulator.setFaults([rule]);
    const response = await buyer.post(path, order);
    expect([response.status, ((await response.json()) as Json).code]).toEqual([status, code]);
    expect(response.headers.has("retry-after")).toBe(false);
  });
});

describe("links", () => {
  it("are good for a day", async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    const own = await startSimulator();
    const response = await createBuyer(own).post(path, order);
    const { url } = ((await response.json()) as Json).data[0];
    vi.setSystemTime(Date.now() + 23 * 3_600_000);
    expect((await fetch(url)).status).toBe(200);
    vi.setSystemTime(Date.now() + 2 * 3_600_000);
    expect((await fetch(url)).status).toBe(404);
    await own.close();
  });

  it("lead nowhere when forged, and when told to expire", async () => {
    const [{ url }] = (await make()).data;
    const [{ image_id }] = (await make()).data;
    expect((await fetch(url.replace(/[^/]+$/, image_id))).status).toBe(404);
    simulator.setFaults([{ kind: "link_expired" }]);
    expect((await fetch((await make()).data[0].url)).status).toBe(404);
    simulator.setFaults([{ kind: "link_expired", on: "media" }]);
    expect((await fetch(url)).status).toBe(404);
    simulator.clearFaults();
    expect((await fetch(url)).status).toBe(404);
  });

  it("lead to a placeholder when the filter caught the picture", async () => {
    simulator.setFaults([{ kind: "moderated", stage: "placeholder", times: 3 }]);
    const sharpness = async (bytes: Uint8Array) =>
      (await sharp(await sharp(bytes).resize(200).png().toBuffer()).stats()).sharpness;
    const wish = { random_seed: 3 };
    const behindLink = await (await fetch((await make(wish)).data[0].url)).bytes();
    const inside = fileOf((await make({ ...wish, response_format: "b64_json" })).data[0]);
    const drawing = await (await fetch((await make({ model: "recraftv3_vector" })).data[0].url)).text();
    simulator.clearFaults();
    const honest = await sharpness(await (await fetch((await make(wish)).data[0].url)).bytes());
    expect(await sharpness(behindLink)).toBeLessThan(honest / 2);
    expect(await sharpness(inside)).toBeLessThan(honest / 2);
    expect(drawing.length).toBeLessThan(300);
  });

  it("may be none at all", async () => {
    simulator.setFaults([{ kind: "no_outputs" }]);
    expect(await make()).toMatchObject({ status: 200, credits: 7, data: [] });
  });
});

describe("styles", () => {
  const data = async () => `data:image/png;base64,${(await photo(64, 64)).toString("base64")}`;

  it("are made from pictures, used, listed and deleted, by their maker alone", async () => {
    const made = await buyer.post("/recraft/v1/styles", { image_urls: [await data()], style: "any" });
    const style = (await made.json()) as Json;
    expect(style).toMatchObject({ id: expect.any(String), style: "any", is_private: true, credits: 40 });
    const wish = { model: "recraftv4_styles_vector", style_id: style.id, response_format: "b64_json" };
    // The ball's own colour is what the drawing is made in.
    expect(fileOf((await make(wish)).data[0]).toString()).toContain("#f4efe2");
    const styles = async (who: Buyer) =>
      ((await (await who.get("/recraft/v1/styles")).json()) as Json).styles;
    expect(await styles(buyer)).toHaveLength(1);
    expect(await styles(createBuyer(simulator, "sk-other"))).toHaveLength(0);
    const one = `${simulator.url}/recraft/v1/styles/${style.id}`;
    const headers = { authorization: "Bearer sk-test" };
    expect((await fetch(one, { method: "DELETE", headers })).status).toBe(204);
    expect((await fetch(one, { headers })).status).toBe(404);
    expect((await (await buyer.get("/recraft/v1/styles/basic")).json()) as Json).toMatchObject({
      styles: expect.arrayContaining([expect.objectContaining({ style: "Line art" })]),
    });
  });

  it("are made from the references of a generation", async () => {
    const json = await make({ model: "recraftv4_styles_vector", style_reference_urls: [await data()] });
    expect(json.style_id).toMatch(/^[0-9a-f-]{36}$/);
    const form = await buyer.form(path, [
      ["model", "recraftv4_styles_vector"],
      ["prompt", "a cup"],
      ["n", "1"],
      ["style_references", await photo(64, 64)],
    ]);
    expect((await form.json()) as Json).toMatchObject({ style_id: expect.any(String), credits: 80 });
  });
});

it("knows who buys, its models, and whether it works; and makes prompts longer", async () => {
  const me = async () => (await (await buyer.get("/recraft/v1/users/me")).json()) as Json;
  const before = await me();
  expect(before.id).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  const enhanced = await buyer.post("/recraft/v1/prompts/enhance", { prompt: "a vase" });
  expect(await enhanced.json()).toMatchObject({
    enhanced_prompt: expect.stringContaining("a vase"),
    credits: 10,
  });
  expect(before.credits - (await me()).credits).toBe(10);
  const models = (await (await buyer.get("/recraft/v1/models")).json()) as Json;
  expect(models.models).toContainEqual({ id: "recraftv4_1" });
  expect(await (await fetch(`${simulator.url}/recraft/status`)).json()).toEqual({
    service: true,
    generation: true,
  });
});
