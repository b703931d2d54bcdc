import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Simulator, startSimulator } from "../../simulator.ts";
import { type Buyer, createBuyer, type Json, photo, pixelAt } from "../../testing/buyer.ts";

type Entries = readonly (readonly [string, string | Uint8Array])[];

let simulator: Simulator;
let buyer: Buyer;
let picture: Buffer;

beforeAll(async () => {
  simulator = await startSimulator();
  buyer = createBuyer(simulator);
  picture = await photo(320, 240);
});
afterAll(() => simulator.close());

const send = (path: string, entries: Entries, headers = {}) =>
  buyer.form(`/stability/v2beta/stable-image/${path}`, entries, headers);
const bytesOf = async (response: Response): Promise<Buffer> => {
  if (response.status !== 200) throw new Error(await response.text());
  return Buffer.from(await response.arrayBuffer());
};
const make = async (path: string, entries: Entries) => bytesOf(await send(path, entries));
const lastCredits = () => simulator.purchases().at(-1)?.credits;
const differs = (a: readonly number[], b: readonly number[]) =>
  a.some((value, channel) => Math.abs(value - (b[channel] ?? 0)) > 12);

describe("generate", () => {
  const prompt = ["prompt", "a red vase"] as const;

  it("answers core with bytes and its facts in headers", async () => {
    const response = await send("generate/core", [prompt, ["seed", "42"], ["output_format", "webp"]]);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      "content-type": "image/webp",
      "finish-reason": "SUCCESS",
      seed: "42",
      "x-request-id": simulator.purchases().at(-1)?.purchase_id,
    });
    const { format, width = 0, height = 0 } = await sharp(await bytesOf(response)).metadata();
    expect([format, width / height]).toEqual(["webp", 1]);
    expect(width * height).toBeGreaterThan(1_400_000);
    expect(simulator.purchases().at(-1)).toMatchObject({
      vendor: "stability",
      operation: "generate/core",
      credits: 3,
      usd: 0.03,
    });
  });

  it("paints the same for the same seed, another for any other", async () => {
    const wide = [prompt, ["aspect_ratio", "21:9"], ["output_format", "jpeg"]] as const;
    const paint = async (seed: string) => {
      const headers = { accept: "application/json" };
      const response = await send(
        "generate/sd3",
        [...wide, ["seed", seed], ["model", "sd3.5-flash"]],
        headers,
      );
      expect(response.headers.get("content-type")).toBe("application/json; type=image/jpeg");
      return (await response.json()) as Json;
    };
    const [first, again, other] = [await paint("7"), await paint("7"), await paint("0")];
    expect(first).toMatchObject({ seed: 7, finish_reason: "SUCCESS" });
    expect(again.image).toBe(first.image);
    expect(other.image).not.toBe(first.image);
    expect(other.seed).toBeGreaterThan(0);
    expect((await paint(String(other.seed))).image).toBe(other.image);
    const size = await sharp(Buffer.from(first.image, "base64")).metadata();
    expect(size).toMatchObject({ format: "jpeg", width: 1536, height: 640 });
    expect(lastCredits()).toBe(2.5);
  });

  it("leads the ids of the generation before to their successors' prices", async () => {
    await make("generate/sd3", [prompt, ["model", "sd3-medium"], ["output_format", "webp"]]);
    expect(lastCredits()).toBe(3.5);
  });

  it("goes from a picture as far as strength says", async () => {
    const start = [prompt, ["image", picture], ["output_format", "jpeg"], ["seed", "1"]] as const;
    const same = await make("generate/ultra", [...start, ["strength", "0"]]);
    const far = await make("generate/ultra", [...start, ["strength", "0.5"]]);
    expect(lastCredits()).toBe(8);
    expect(differs(await pixelAt(same, 0.5, 0.5), await pixelAt(picture, 0.5, 0.5))).toBe(false);
    expect(Buffer.compare(same, far)).not.toBe(0);
    const { width = 0, height = 0 } = await sharp(same).metadata();
    expect(width / height).toBeCloseTo(4 / 3, 1);
  });

  it("gives a picture the look of its preset", async () => {
    const order = [prompt, ["seed", "3"], ["aspect_ratio", "9:21"], ["model", "sd3.5-medium"]] as const;
    const plain = await make("generate/sd3", order);
    const pixels = await make("generate/sd3", [...order, ["style_preset", "pixel-art"]]);
    const block = await sharp(
      await sharp(pixels).extract({ left: 0, top: 0, width: 5, height: 5 }).toBuffer(),
    ).stats();
    expect(block.channels.every(({ min, max }) => min === max)).toBe(true);
    expect(Buffer.compare(plain, pixels)).not.toBe(0);
  });
});

describe("control", () => {
  it.each(["sketch", "structure"])("repaints by %s, in the size of the picture", async (name) => {
    const order = [
      ["image", picture],
      ["prompt", "a gouache of a ball"],
      ["seed", "5"],
    ] as const;
    const painted = await make(`control/${name}`, order);
    expect(await sharp(painted).metadata()).toMatchObject({ format: "png", width: 320, height: 240 });
    expect(lastCredits()).toBe(5);
    // The ball is still the brightest thing.
    const light = async (x: number, y: number) =>
      (await pixelAt(painted, x, y)).slice(0, 3).reduce((sum, value) => sum + value, 0);
    expect(await light(0.5, 0.5)).toBeGreaterThan((await light(0.05, 0.5)) + 100);
  });

  it("paints a scene in the colours of a reference", async () => {
    const green = await sharp({ create: { width: 200, height: 200, channels: 3, background: "#1d8f3a" } })
      .png()
      .toBuffer();
    const order = [
      ["image", green],
      ["prompt", "a city"],
      ["aspect_ratio", "9:21"],
      ["fidelity", "1"],
    ] as const;
    const { channels } = await sharp(await make("control/style", order)).stats();
    expect(channels.map(({ mean }) => Math.round(mean / 4) * 4)).toEqual([28, 144, 56, 256]);
  });

  it("lends the style of one picture to another, in its ratio", async () => {
    const entries = [
      ["init_image", await photo(200, 100)],
      ["style_image", await sharp(picture).tint("#ff3030").png().toBuffer()],
      ["output_format", "webp"],
    ] as const;
    const painted = await make("control/style-transfer", entries);
    const { width = 0, height = 0 } = await sharp(painted).metadata();
    expect(width / height).toBeCloseTo(2, 1);
    const { channels } = await sharp(painted).stats();
    expect(channels[0]?.mean).toBeGreaterThan((channels[2]?.mean ?? 0) + 30);
    expect(lastCredits()).toBe(8);
  });
});

describe("upscale", () => {
  it("makes a picture four times as wide, fast", async () => {
    const large = await make("upscale/fast", [
      ["image", picture],
      ["output_format", "jpeg"],
    ]);
    expect(await sharp(large).metadata()).toMatchObject({ format: "jpeg", width: 1280, height: 960 });
    expect(lastCredits()).toBe(2);
  });

  it("makes four megapixels, conservatively", async () => {
    const entries = [
      ["image", picture],
      ["prompt", "a ball"],
      ["output_format", "jpeg"],
    ] as const;
    const { width = 0, height = 0 } = await sharp(await make("upscale/conservative", entries)).metadata();
    expect(width * height).toBeGreaterThan(4_000_000);
    expect(lastCredits()).toBe(40);
  });
});
