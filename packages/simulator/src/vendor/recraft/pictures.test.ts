import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Simulator, startSimulator } from "../../simulator.ts";
import {
  type Buyer,
  createBuyer,
  type Json,
  maskWith,
  photo,
  pixelAt,
  pixelsOf,
} from "../../testing/buyer.ts";

const size = [300, 260] as const;
const box = [40, 30, 100, 80] as const;
let simulator: Simulator;
let buyer: Buyer;
let picture: Buffer;
let mask: Buffer;

beforeAll(async () => {
  simulator = await startSimulator();
  buyer = createBuyer(simulator);
  picture = await photo(...size);
  mask = await maskWith(size, box);
});
afterAll(() => simulator.close());

const dataUrl = (bytes: Buffer, type = "png") => `data:image/${type};base64,${bytes.toString("base64")}`;
const send = async (name: string, more: object = {}): Promise<Json> => {
  const response = await buyer.post(`/recraft/v1/images/${name}`, {
    image_url: dataUrl(picture),
    response_format: "b64_json",
    ...more,
  });
  return { status: response.status, ...((await response.json()) as Json) };
};
const v3 = { prompt: "a harbour", image_format: "png", random_seed: 4 };
async function fileOf(body: Json): Promise<Buffer> {
  if (body.status !== 200) throw new Error(JSON.stringify(body));
  return Buffer.from((body.image ?? body.data[0]).b64_json, "base64");
}
const make = async (name: string, more: object = {}) => fileOf(await send(name, more));

/** How many pixels differ from the picture, inside the mask's box and outside of it. */
async function changed(after: Uint8Array) {
  const [one, two] = [await pixelsOf(picture), await pixelsOf(after)];
  const count = { inside: 0, outside: 0 };
  for (let at = 0; at < one.data.length; at += 4) {
    if (one.data.readUInt32LE(at) === two.data.readUInt32LE(at)) continue;
    const [x, y] = [(at / 4) % one.width, Math.floor(at / 4 / one.width)];
    const isInside = x >= box[0] && x < box[0] + box[2] && y >= box[1] && y < box[1] + box[3];
    count[isInside ? "inside" : "outside"] += 1;
  }
  return count;
}

describe("pictures from a picture", () => {
  it("are the same at strength 0 and another at 1", async () => {
    const order = { prompt: "gouache", image_format: "png", random_seed: 1 };
    const apart = async (strength: number) => {
      const [one, two] = [
        await pixelsOf(picture),
        await pixelsOf(await make("imageToImage", { ...order, strength })),
      ];
      let sum = 0;
      for (let at = 0; at < one.data.length; at += 40)
        sum += Math.abs((one.data[at] ?? 0) - (two.data[at] ?? 0));
      return sum / (one.data.length / 40);
    };
    const [near, far] = [await apart(0), await apart(1)];
    expect(near).toBeLessThan(8);
    expect(far).toBeGreaterThan(near * 3);
    expect(simulator.purchases().at(-1)?.credits).toBe(35);
  });

  it.each(["inpaint", "generateBackground"])(
    "%s changes what is white in the mask, and nothing else",
    async (name) => {
      const { inside, outside } = await changed(await make(name, { ...v3, mask_url: dataUrl(mask) }));
      expect(outside).toBe(0);
      expect(inside).toBeGreaterThan(box[2] * box[3] * 0.9);
      expect(simulator.purchases().at(-1)?.credits).toBe(40);
    },
  );

  it("get another background, found without a mask", async () => {
    const replaced = await make("replaceBackground", v3);
    expect(await pixelAt(replaced, 0.5, 0.5)).toEqual(await pixelAt(picture, 0.5, 0.5));
    expect(await pixelAt(replaced, 0.02, 0.5)).not.toEqual(await pixelAt(picture, 0.02, 0.5));
  });

  it("are really larger, by margins, by a size, and by zooming out", async () => {
    const wide = await make("outpaint", { ...v3, expand_left: 100, expand_bottom: 40 });
    expect(await sharp(wide).metadata()).toMatchObject({ width: 400, height: 300 });
    const kept = await sharp(wide).extract({ left: 100, top: 0, width: 300, height: 260 }).png().toBuffer();
    expect(await changed(kept)).toEqual({ inside: 0, outside: 0 });
    const sized = await make("outpaint", { ...v3, size: "1:1", image_format: "webp" });
    expect(await sharp(sized).metadata()).toMatchObject({ width: 1024, height: 1024 });
    const zoomed = await make("outpaint", { ...v3, zoom_out_percentage: 50 });
    expect(await sharp(zoomed).metadata()).toMatchObject({ width: 600, height: 520 });
  });

  it("are drawings by the vector model", async () => {
    const body = await send("inpaint", {
      ...v3,
      model: "recraftv3_vector",
      image_format: undefined,
      mask_url: dataUrl(mask),
      n: 2,
    });
    expect((await fileOf(body)).toString()).toMatch(/^<svg.*<path/s);
    expect(body).toMatchObject({ credits: 160, data: [expect.anything(), expect.anything()] });
  });

  it("vary", async () => {
    const varied = await make("variateImage", { size: "2:1", random_seed: 2 });
    expect(await sharp(varied).metadata()).toMatchObject({ format: "webp", width: 1536, height: 768 });
    expect(simulator.purchases().at(-1)?.credits).toBe(40);
  });

  it("come as a form, too, its numbers and objects as text", async () => {
    const response = await buyer.form("/recraft/v1/images/inpaint", [
      ["image", picture],
      ["mask", mask],
      ["prompt", "a red cup"],
      ["n", "2"],
      ["controls", '{"colors":[{"rgb":[0,0,255]}]}'],
    ]);
    expect((await response.json()) as Json).toMatchObject({ credits: 80, data: [{}, {}] });
  });
});

describe("tools", () => {
  it.each(["file", "image"])("trace a picture that comes as %s", async (part) => {
    const form = await buyer.form("/recraft/v1/images/vectorize", [
      [part, picture],
      ["response_format", "url"],
    ]);
    const body = (await form.json()) as Json;
    expect(body).toMatchObject({ credits: 10, image: { image_id: expect.any(String) } });
    const file = await fetch(body.image.url);
    expect(file.headers.get("content-type")).toBe("image/svg+xml");
    const svg = Buffer.from(await file.arrayBuffer());
    expect(svg.toString().match(/<path/g)?.length).toBeGreaterThan(4);
    expect(await sharp(svg).metadata()).toMatchObject({ format: "svg", width: size[0], height: size[1] });
    for (const [x, y] of [
      [0.5, 0.5],
      [0.1, 0.1],
      [0.9, 0.9],
    ] as const) {
      const [one, two] = [await pixelAt(picture, x, y), await pixelAt(svg, x, y)];
      expect(Math.abs((one[0] ?? 0) - (two[0] ?? 0))).toBeLessThan(25);
    }
  });

  it("trace in no more shapes than wanted", async () => {
    const svg = await make("vectorize", { limit_num_shapes: "on", max_num_shapes: 3 });
    expect(svg.toString().match(/<path/g)?.length).toBeLessThanOrEqual(3);
  });

  it("remove the background, of drawings as well", async () => {
    const cut = await make("removeBackground", {});
    expect((await sharp(cut).metadata()).format).toBe("webp");
    expect((await pixelAt(cut, 0.5, 0.5))[3]).toBe(255);
    expect((await pixelAt(cut, 0.02, 0.5))[3]).toBe(0);
    const svg = Buffer.from(
      '<svg xmlns="http://www.w3.org/2000/svg" width="300" height="300"><rect width="300" height="300" fill="#eee"/><circle cx="150" cy="150" r="80" fill="#c00"/></svg>',
    );
    const drawn = await make("removeBackground", { image_url: dataUrl(svg, "svg+xml") });
    expect(drawn.toString()).toMatch(/^<svg/);
    expect((await pixelAt(drawn, 0.5, 0.5))[3]).toBe(255);
    expect((await pixelAt(drawn, 0.05, 0.05))[3]).toBe(0);
  });

  it.each([
    ["crispUpscale", 4],
    ["creativeUpscale", 250],
  ])("%s makes it twice as wide, for %i", async (name, credits) => {
    const larger = await make(name, { image_format: "png" });
    expect(await sharp(larger).metadata()).toMatchObject({ format: "png", width: 600, height: 520 });
    expect(simulator.purchases().at(-1)?.credits).toBe(credits);
  });

  it("upscale to the megapixels asked for", async () => {
    const { width = 0, height = 0 } = await sharp(
      await make("crispUpscale", { upscale: "upscale4mp" }),
    ).metadata();
    expect(width * height).toBeGreaterThan(4_000_000);
  });

  it("erase what is white in the mask", async () => {
    const ball = await maskWith(size, [70, 50, 160, 160]);
    const erased = await make("eraseRegion", { mask_url: dataUrl(ball), image_format: "png" });
    expect((await pixelAt(erased, 0.5, 0.5))[2]).toBeLessThan(130);
    expect(await pixelAt(erased, 0.05, 0.5)).toEqual(await pixelAt(picture, 0.05, 0.5));
    expect(simulator.purchases().at(-1)?.credits).toBe(2);
  });
});

describe("what is refused", () => {
  const grey = () => sharp(mask).blur(2).png().toBuffer();
  const clear = () => sharp(mask).ensureAlpha().png().toBuffer();
  it.each<[string, string, () => object | Promise<object>, string?]>([
    [
      "no picture",
      "imageToImage",
      () => ({ image_url: undefined, prompt: "x", strength: 1 }),
      "invalid_parameter",
    ],
    ["no strength", "imageToImage", () => ({ prompt: "x" })],
    [
      "V2 for imageToImage",
      "imageToImage",
      () => ({ prompt: "x", strength: 1, model: "recraftv2" }),
      "invalid_model",
    ],
    [
      "V4.1 for inpaint",
      "inpaint",
      () => ({ ...v3, model: "recraftv4_1", mask_url: dataUrl(mask) }),
      "invalid_model",
    ],
    ["V4 for outpaint", "outpaint", () => ({ ...v3, model: "recraftv4", expand_left: 9 }), "invalid_model"],
    [
      "V4.1 for replaceBackground",
      "replaceBackground",
      () => ({ ...v3, model: "recraftv4_1" }),
      "invalid_model",
    ],
    [
      "V4.1 for generateBackground",
      "generateBackground",
      () => ({ ...v3, model: "recraftv4_1_pro" }),
      "invalid_model",
    ],
    ["no mask", "inpaint", () => v3],
    ["a grey mask", "inpaint", async () => ({ ...v3, mask_url: dataUrl(await grey()) }), "invalid_mask"],
    [
      "a mask with alpha",
      "inpaint",
      async () => ({ ...v3, mask_url: dataUrl(await clear()) }),
      "invalid_mask",
    ],
    [
      "a mask of another size",
      "eraseRegion",
      async () => ({ mask_url: dataUrl(await maskWith([64, 64], [0, 0, 9, 9])) }),
      "invalid_mask",
    ],
    ["a mask to replace the background", "replaceBackground", () => ({ ...v3, mask_url: dataUrl(mask) })],
    ["a size for imageToImage", "imageToImage", () => ({ prompt: "x", strength: 1, size: "1:1" })],
    ["no geometry", "outpaint", () => v3],
    ["margins and a size", "outpaint", () => ({ ...v3, expand_left: 9, size: "1:1" })],
    ["a side over 4096", "outpaint", () => ({ ...v3, expand_left: 3900 })],
    ["zooming out by 100", "outpaint", () => ({ ...v3, zoom_out_percentage: 100 })],
    ["a side under 256", "removeBackground", async () => ({ image_url: dataUrl(await photo(255, 300)) })],
    ["a prompt to erase", "eraseRegion", () => ({ prompt: "x", mask_url: dataUrl(mask) })],
    [
      "an address that is not of this machine",
      "vectorize",
      () => ({ image_url: "https://example.com/a.png" }),
      "invalid_image",
    ],
    [
      "a file that is no picture",
      "vectorize",
      () => ({ image_url: dataUrl(Buffer.from("hello")) }),
      "invalid_image",
    ],
    ["an unknown parameter", "crispUpscale", () => ({ scale: 2 })],
  ])("%s", async (_, name, more, code = "invalid_parameter") => {
    const before = simulator.purchases().length;
    expect(await send(name, await more())).toMatchObject({ status: 400, code });
    expect(simulator.purchases().length).toBe(before);
  });

  it("ten megabytes", async () => {
    const large = dataUrl(Buffer.alloc(10 * 1024 * 1024));
    expect(await send("vectorize", { image_url: large })).toMatchObject({ status: 413 });
  });
});

it("fetches pictures from this machine", async () => {
  const server: Server = createServer((_, answer) => answer.end(picture)).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as AddressInfo;
  const cut = await make("removeBackground", { image_url: `http://127.0.0.1:${port}/a.png` });
  expect((await pixelAt(cut, 0.02, 0.5))[3]).toBe(0);
  server.close();
});
