import sharp from "sharp";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Simulator, startSimulator } from "../../simulator.ts";
import { type Buyer, createBuyer, type Json, photo } from "../../testing/buyer.ts";

const path = "/seedream/api/v3/images/generations";
const model = "seedream-4-0-250828";
const pro = "dola-seedream-5-0-pro-260628";
const v45 = "seedream-4-5-251128";
let simulator: Simulator;
let buyer: Buyer;

beforeAll(async () => {
  simulator = await startSimulator({ canary: "zebra" });
  buyer = createBuyer(simulator);
});
afterAll(() => simulator.close());

const order = { model, prompt: "a boat at sea", size: "1024x1024", watermark: false };
async function paint(more: object = {}): Promise<Json> {
  const response = await buyer.post(path, { ...order, ...more }, { "x-client-request-id": "order-1" });
  expect(response.status).toBe(200);
  return response.json();
}
const download = async (url: string) => Buffer.from(await (await fetch(url)).arrayBuffer());
const inline = (file: Buffer) => `data:image/png;base64,${file.toString("base64")}`;

it("answers a link to a JPEG, with its size and usage, and bills the picture", async () => {
  const answer = await paint();
  expect(answer).toMatchObject({
    model,
    data: [{ size: "1024x1024" }],
    usage: { generated_images: 1, output_tokens: 4096, total_tokens: 4096 },
  });
  expect(answer.data[0]).not.toHaveProperty("output_format");
  expect(Math.abs(answer.created - Date.now() / 1000)).toBeLessThan(60);
  const [{ url }] = answer.data;
  expect(url).toMatch(/\/zebra\/[0-9a-f]{32}\.jpeg\?X-Tos-Algorithm=.*X-Tos-Signature=/);
  const response = await fetch(url);
  expect(response.headers.get("content-type")).toBe("image/jpeg");
  const picture = sharp(await response.arrayBuffer());
  expect(await picture.metadata()).toMatchObject({ format: "jpeg", width: 1024, height: 1024 });
  expect((await picture.stats()).entropy).toBeGreaterThan(4);
  expect(simulator.purchases().at(-1)).toMatchObject({
    vendor: "seedream",
    client_reference: "order-1",
    outputs: 1,
    credits: 1,
    usd: 0.03,
  });
  expect(simulator.invoice().find(({ vendor }) => vendor === "seedream")).toMatchObject({ unit: "images" });
});

it("answers base64, the same picture as behind a link", async () => {
  const response = await buyer.post(path, { ...order, response_format: "b64_json" });
  expect(response.headers.get("server")).toBe("zebra");
  const [inside, behind] = [(await response.json()) as Json, await paint()];
  expect(inside.data[0]).not.toHaveProperty("url");
  const file = Buffer.from(inside.data[0].b64_json, "base64");
  expect(file.equals(await download(behind.data[0].url))).toBe(true);
});

it("marks a picture unless it is told not to", async () => {
  const [marked, plain] = [await paint({ watermark: undefined }), await paint()];
  const corner = { left: 900, top: 940, width: 124, height: 84 };
  const [a, b] = await Promise.all(
    [marked, plain].map(async ({ data }: Json) =>
      sharp(await download(data[0].url))
        .extract(corner)
        .raw()
        .toBuffer(),
    ),
  );
  const differing = [...(a ?? [])].filter((value, at) => Math.abs(value - (b?.[at] ?? 0)) > 30).length;
  expect(differing).toBeGreaterThan(1000);
});

it("repaints a photo, with every other reference in it", async () => {
  const red = await sharp({ create: { width: 64, height: 64, channels: 3, background: "#ff0000" } })
    .png()
    .toBuffer();
  const [one, two] = [
    await paint({ prompt: "in ink", image: inline(await photo()), size: "1K" }),
    await paint({ prompt: "in ink", image: [inline(await photo()), inline(red)], size: "1K" }),
  ];
  expect([one.usage.input_images, two.usage.input_images]).toEqual([1, 2]);
  expect(one.data[0].size).toBe("1152x864");
  const redness = async ({ data }: Json) => {
    const part = { left: 40, top: 700, width: 80, height: 80 };
    const { channels } = await sharp(
      await sharp(await download(data[0].url))
        .extract(part)
        .toBuffer(),
    ).stats();
    return (channels[0]?.mean ?? 0) - (channels[1]?.mean ?? 0);
  };
  expect(await redness(two)).toBeGreaterThan((await redness(one)) + 120);
});

it("fetches references from this machine alone", async () => {
  const own = (await paint()).data[0].url;
  expect((await paint({ image: [own], prompt: "as gouache" })).usage.input_images).toBe(1);
  const refused = await buyer.post(path, { ...order, image: "https://example.com/cat.png" });
  expect(await refused.json()).toMatchObject({ error: { code: "InvalidParameter", param: "image" } });
});

it("chooses the proportions of a keyword by the words, within what the model paints", async () => {
  const sizeOf = async (more: object) => (await paint(more)).data[0].size;
  expect(await sizeOf({ size: "2K", prompt: "a wide panorama of hills" })).toBe("2848x1600");
  expect(await sizeOf({ size: "2K", prompt: "hills, 3:4" })).toBe("1728x2304");
  const [width = 0, height = 0] = (await sizeOf({ size: "4K", prompt: "hills 16:9" })).split("x").map(Number);
  expect(width * height).toBeLessThanOrEqual(16_777_216);
  expect(width / height).toBeCloseTo(1.78, 1);
  expect((await paint({ size: undefined })).data[0].size).toBe("2048x2048");
});

it("paints formats, transparency and layers with the models that have them", async () => {
  const lite = await paint({ model: "seedream-5-0-lite-260128", size: "2K", output_format: "png" });
  expect(lite).toMatchObject({ model: "seedream-5-0-260128", data: [{ output_format: "png" }] });
  const file = await download(
    (await paint({ model: pro, output_format: "png", background: "transparent", prompt: "a vase" })).data[0]
      .url,
  );
  expect((await sharp(file).stats()).channels[3]).toMatchObject({ min: 0, max: 255 });

  const source = await photo(320, 240);
  const taken = await paint({
    model: pro,
    prompt: undefined,
    size: undefined,
    image: inline(source),
    layer_decomposition: true,
  });
  expect(taken.data.length).toBeGreaterThan(1);
  expect(taken.usage.generated_images).toBe(taken.data.length);
  const layers = await Promise.all(
    taken.data.map(async ({ url, bounding_box: { absolute } }: Json) => ({
      input: await download(url),
      left: absolute[0],
      top: absolute[1],
    })),
  );
  const whole = sharp({ create: { width: 320, height: 240, channels: 4, background: "#0000" } });
  const joined = await whole.composite(layers).removeAlpha().raw().toBuffer();
  expect(joined.equals(await sharp(source).removeAlpha().raw().toBuffer())).toBe(true);
});

it("paints a batch only when told to, as large as the prompt names or as allowed", async () => {
  const count = async (more: object) => {
    const { data, usage } = await paint({ response_format: "url", ...more });
    expect(usage.generated_images).toBe(data.length);
    return data.length;
  };
  const auto = { sequential_image_generation: "auto" };
  const most = (max_images: number) => ({ sequential_image_generation_options: { max_images } });
  expect(await count({ prompt: "four pictures of a boat" })).toBe(1);
  expect(await count({ ...auto, prompt: "four pictures of a boat" })).toBe(4);
  expect(await count({ ...auto, ...most(3), prompt: "a boat" })).toBe(3);
  expect(await count({ ...auto, ...most(3), prompt: "two pictures of a boat" })).toBe(2);
  expect(simulator.purchases().at(-1)).toMatchObject({ outputs: 2, credits: 2, usd: 0.06 });
  const { data } = await paint({ ...auto, ...most(2) });
  const [one, two] = await Promise.all(data.map(({ url }: Json) => download(url)));
  expect(one?.equals(two as Buffer)).toBe(false);
});

it("streams one event for each whole picture, and its sums at the end", async () => {
  const response = await buyer.post(path, {
    ...order,
    stream: true,
    sequential_image_generation: "auto",
    sequential_image_generation_options: { max_images: 2 },
  });
  expect(response.headers.get("content-type")).toBe("text/event-stream");
  const text = await response.text();
  expect([...text.matchAll(/^event: image_generation\.(.*)$/gm)].map(([, name]) => name)).toEqual([
    "partial_succeeded",
    "partial_succeeded",
    "completed",
  ]);
  expect(text.endsWith("data: [DONE]\n\n")).toBe(true);
  const [first, , last] = text
    .split("\n")
    .flatMap((line) => (line.startsWith("data: {") ? [JSON.parse(line.slice(6))] : []));
  expect(first).toMatchObject({ type: "image_generation.partial_succeeded", image_index: 0, model });
  expect((await fetch(first.url)).status).toBe(200);
  expect(last.usage.generated_images).toBe(2);
});

it.each([
  [{ model: undefined }, 400, "MissingParameter", "model"],
  [{ prompt: undefined }, 400, "MissingParameter", "prompt"],
  [{ model: "seedream-3-0-t2i-250415" }, 404, "InvalidEndpointOrModel.NotFound", ""],
  [{ model: v45 }, 400, "InvalidParameter", "size"],
  [{ model: v45, size: "1K" }, 400, "InvalidParameter", "size"],
  [{ size: "4096x4097" }, 400, "InvalidParameter", "size"],
  [{ size: "8192x500" }, 400, "InvalidParameter", "size"],
  [{ size: "auto" }, 400, "InvalidParameter", "size"],
  [{ size: "2k" }, 400, "InvalidParameter", "size"],
  [{ n: 2 }, 400, "InvalidParameter", "n"],
  [{ guidance_scale: 2.5 }, 400, "InvalidParameter", "guidance_scale"],
  [{ negative_prompt: "x" }, 400, "InvalidParameter", "negative_prompt"],
  [{ model: pro, output_format: "webp" }, 400, "InvalidParameter", "output_format"],
  [{ output_format: "png" }, 400, "InvalidParameter", "output_format"],
  [{ model: pro, stream: true }, 400, "InvalidParameter", "stream"],
  [{ model: pro, background: "transparent" }, 400, "InvalidParameter", "background"],
  [{ background: "opaque" }, 400, "InvalidParameter", "background"],
  [{ watermark: "no" }, 400, "InvalidParameter", "watermark"],
  [{ response_format: "b64" }, 400, "InvalidParameter", "response_format"],
  [
    { model: v45, size: "2K", optimize_prompt_options: { mode: "fast" } },
    400,
    "InvalidParameter",
    "optimize_prompt_options.mode",
  ],
  [{ stream: true, size: "x" }, 400, "InvalidParameter", "size"],
  [{ image: "data:image/PNG;base64,AAAA" }, 400, "InvalidParameter", "image"],
  [{ image: "data:image/png;base64,AAAA" }, 400, "InvalidParameter", "image"],
  [{ image: Array.from({ length: 15 }, () => "data:,") }, 400, "InvalidParameter", "image"],
  [{ model: pro, layer_decomposition: true }, 400, "InvalidParameter", "image"],
])("refuses %j", async (wrong, status, code, param) => {
  const before = simulator.purchases().length;
  const response = await buyer.post(path, { ...order, ...wrong });
  expect(response.status).toBe(status);
  expect(response.headers.get("content-type")).toMatch(/^application\/json/);
  const { error } = (await response.json()) as Json;
  expect(error).toMatchObject({ code, param, type: status === 404 ? "NotFound" : "BadRequest" });
  expect(error.message).toMatch(/zebra.*Request ID: 0217/);
  expect(simulator.purchases().length).toBe(before);
});

it("refuses inputs and outputs of more than fifteen, and pictures that are too small or too narrow", async () => {
  const flat = (width: number, height: number) =>
    sharp({ create: { width, height, channels: 3, background: "#888" } })
      .png()
      .toBuffer()
      .then(inline);
  const dot = await flat(15, 15);
  const auto = { sequential_image_generation: "auto", response_format: "url" };
  const batch = (count: number, max_images: number) =>
    buyer.post(path, {
      ...order,
      ...auto,
      image: Array.from({ length: count }, () => dot),
      sequential_image_generation_options: { max_images },
    });
  expect([(await batch(10, 5)).status, (await batch(10, 6)).status, (await batch(1, 16)).status]).toEqual([
    200, 400, 400,
  ]);
  for (const image of [await flat(14, 20), await flat(340, 20)]) {
    expect((await buyer.post(path, { ...order, image })).status).toBe(400);
  }
});

it("takes a seed that means nothing, and the ids of the mainland and of endpoints", async () => {
  const [one, two] = [await paint({ seed: 1 }), await paint({ seed: 2 })];
  expect((await download(one.data[0].url)).equals(await download(two.data[0].url))).toBe(true);
  expect((await paint({ model: "doubao-seedream-4-0-250828" })).model).toBe(model);
  expect((await paint({ model: "ep-20261101120000-abcde", size: "2K" })).model).toBe(v45);
});

it("wants a key, JSON, and a path that there is", async () => {
  const json = { "content-type": "application/json" };
  const keyless = await fetch(simulator.url + path, { method: "POST", headers: json, body: "{}" });
  expect([keyless.status, await keyless.json()]).toMatchObject([
    401,
    { error: { code: "AuthenticationError" } },
  ]);
  expect((await buyer.post(path, "{")).status).toBe(400);
  expect((await buyer.form(path, [["prompt", "x"]])).status).toBe(400);
  expect((await buyer.get("/seedream/api/v3/images")).status).toBe(404);
});

it("keeps its links over a restart, paints behind them, and lets them die", async () => {
  const { mkdtempSync, rmSync } = await import("node:fs");
  const folder = mkdtempSync("/tmp/seedream-");
  const options = { statePath: `${folder}/state.json` };
  const first = await startSimulator(options);
  const body = { ...order, image: inline(await photo()) };
  const made = (await (await createBuyer(first).post(path, body)).json()) as Json;
  await first.close();
  const second = await startSimulator({ ...options, port: Number(new URL(first.url).port) });
  const file = await download(made.data[0].url);
  expect((await sharp(file).metadata()).format).toBe("jpeg");
  expect(second.purchases()).toHaveLength(1);
  expect((await fetch(made.data[0].url.replace(/Signature=./, "Signature=x"))).status).toBe(403);
  await second.close();
  rmSync(folder, { recursive: true });

  const hasty = await startSimulator({ linkTtlMs: 1 });
  const { data } = (await (await createBuyer(hasty).post(path, order)).json()) as Json;
  await expect.poll(async () => (await fetch(data[0].url)).status).toBe(403);
  await hasty.close();
});
