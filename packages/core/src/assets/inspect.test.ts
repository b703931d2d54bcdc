import { createHash } from "node:crypto";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as media from "./__fixtures__/media.ts";
import { inspect, inspectStream } from "./inspect.ts";
import type { RejectionReason } from "./media-rejected.ts";
import type { MediaKind } from "./media-types.ts";

const { makeGlb, makePng, pngHeader, pngOf, streamOf, webpOf } = media;
const everything = { kinds: ["image", "model"] as readonly MediaKind[], bytesMax: 1_000_000 };

const valid = {
  png: { bytes: makePng(), contentType: "image/png", width: 9, height: 7 },
  "png in many pieces": {
    bytes: makePng({ width: 30, height: 20, dataChunks: 5 }),
    contentType: "image/png",
    width: 30,
    height: 20,
  },
  "baseline jpeg": { bytes: media.jpegBaseline, contentType: "image/jpeg", width: 19, height: 13 },
  "progressive jpeg": { bytes: media.jpegProgressive, contentType: "image/jpeg", width: 19, height: 13 },
  "lossy webp": { bytes: media.webpLossy, contentType: "image/webp", width: 19, height: 13 },
  "lossless webp": { bytes: media.webpLossless, contentType: "image/webp", width: 7, height: 5 },
  "webp with alpha": { bytes: media.webpAlpha, contentType: "image/webp", width: 19, height: 13 },
  "animated webp": { bytes: media.webpAnimated, contentType: "image/webp", width: 8, height: 8 },
  glb: { bytes: makeGlb(), contentType: "model/gltf-binary", width: null, height: null },
};
const validBytes = Object.values(valid).map(({ bytes }) => bytes);
const join = (...parts: readonly Uint8Array[]) => Uint8Array.from(Buffer.concat(parts));

describe("what passes", () => {
  it.each(Object.entries(valid))(
    "knows a %s by its bytes",
    async (_, { bytes, contentType, width, height }) => {
      const sha256 = createHash("sha256").update(bytes).digest("hex");
      const found = await inspect(streamOf(bytes), everything);
      expect(found).toMatchObject({ contentType, width, height, bytes: bytes.length, sha256 });
    },
  );

  it("finds the same whatever the pieces that a file arrives in", async () => {
    const anyFile = fc.constantFrom(...validBytes);
    const anySizes = fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1, maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(anyFile, anySizes, async (bytes, sizes) => {
        expect(await inspect(streamOf(bytes, sizes), everything)).toEqual(
          await inspect(streamOf(bytes), everything),
        );
      }),
      { seed: 5, numRuns: 150 },
    );
  });

  it("takes the padding of a block after the end, and whatever a phone puts behind a JPEG", async () => {
    const padded = join(makePng(), new Uint8Array(512));
    expect(await inspect(streamOf(padded), everything)).toMatchObject({ bytes: padded.length, width: 9 });
    const motionPhoto = join(media.jpegBaseline, new Uint8Array(20_000).fill(7));
    expect(await inspect(streamOf(motionPhoto), everything)).toMatchObject({ width: 19, height: 13 });
  });

  it("reads over restart markers inside the data of a JPEG", async () => {
    const middle = media.jpegBaseline.length - 12;
    const restarted = join(
      media.jpegBaseline.subarray(0, middle),
      Uint8Array.of(0xff, 0xd0),
      media.jpegBaseline.subarray(middle),
    );
    expect(await inspect(streamOf(restarted), everything)).toMatchObject({ width: 19, height: 13 });
  });

  it("takes a GLB without binary data, and one whose textures are inside", async () => {
    const bare = makeGlb({ asset: { version: "2.0" } }, { binaryBytes: 0 });
    const inside = makeGlb({
      asset: { version: "2.0" },
      images: [{ uri: "data:image/png;base64,AAAA" }, { bufferView: 0 }],
    });
    for (const bytes of [bare, inside])
      expect(await inspect(streamOf(bytes), everything)).toMatchObject({ kind: "model" });
  });
});

describe("what does not pass", () => {
  async function expectRefusal(bytes: Uint8Array, reason: RejectionReason, limits = everything) {
    await expect(inspect(streamOf(bytes, [100]), limits)).rejects.toMatchObject({
      code: "asset_unusable",
      reason,
    });
  }

  it("refuses every truncation of every file", async () => {
    for (const bytes of validBytes) {
      for (let length = 0; length < bytes.length; length += 1) {
        const cut = inspect(streamOf(bytes.subarray(0, length)), everything);
        await expect(cut, `${length} of ${bytes.length}`).rejects.toMatchObject({ name: "MediaRejected" });
      }
    }
  });

  it("refuses a PNG with any bit flipped", async () => {
    const bytes = makePng();
    const anyBit = fc.record({ at: fc.nat(bytes.length - 1), bit: fc.nat(7) });
    await fc.assert(
      fc.asyncProperty(anyBit, async ({ at, bit }) => {
        const flipped = Uint8Array.from(bytes);
        flipped[at] = (flipped[at] as number) ^ (1 << bit);
        await expect(inspect(streamOf(flipped), everything)).rejects.toMatchObject({ name: "MediaRejected" });
      }),
      { seed: 5, numRuns: 300 },
    );
  });

  it("never throws anything but its own refusal, whatever the bytes", async () => {
    const heads = validBytes.map((bytes) => bytes.slice(0, 40));
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...heads), fc.uint8Array({ maxLength: 300 }), async (head, rest) => {
        const outcome = await inspect(streamOf(join(head, rest)), everything).catch(
          (error: Error) => error.name,
        );
        expect(typeof outcome === "object" || outcome === "MediaRejected").toBe(true);
      }),
      { seed: 5, numRuns: 300 },
    );
  });

  it.each<[string, Uint8Array]>([
    ["svg", Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>')],
    ["html", Buffer.from("<!doctype html><script>alert(1)</script>")],
    ["pdf", Buffer.from("%PDF-1.7 and so on, longer than twelve")],
    ["zip", Buffer.from("PK\u0003\u0004 and so on, longer than twelve", "latin1")],
    ["gif", Buffer.from("GIF89a and so on, longer than twelve")],
    ["a RIFF that is no picture", Buffer.from("RIFF\u0010\u0000\u0000\u0000WAVEfmt ", "latin1")],
    ["a few bytes", Buffer.from([0xff, 0xd8, 0xff])],
  ])("refuses %s", async (_, bytes) => {
    await expectRefusal(bytes, "not_allowed");
  });

  it("refuses an empty file as truncated", async () => {
    await expectRefusal(new Uint8Array(0), "truncated");
  });

  it("refuses a picture where a model must be", async () => {
    await expectRefusal(makePng(), "not_allowed", { ...everything, kinds: ["model"] });
    await expectRefusal(makeGlb(), "not_allowed", { ...everything, kinds: ["image"] });
  });

  it("refuses one byte more than the limit", async () => {
    const bytes = makePng();
    await expectRefusal(bytes, "too_large", { ...everything, bytesMax: bytes.length - 1 });
    expect(await inspect(streamOf(bytes), { ...everything, bytesMax: bytes.length })).toMatchObject({
      width: 9,
    });
  });

  it("refuses a file glued behind a PNG, a WebP or a GLB", async () => {
    for (const bytes of [makePng(), media.webpLossy, makeGlb()]) {
      await expectRefusal(join(bytes, new Uint8Array(513)), "damaged");
    }
  });

  const data: [string, Uint8Array] = ["IDAT", new Uint8Array(100)];
  const end: [string, Uint8Array] = ["IEND", new Uint8Array(0)];
  const png = (header: Uint8Array, ...rest: [string, Uint8Array][]) => pngOf([["IHDR", header], ...rest]);

  it.each<[string, RejectionReason, Uint8Array]>([
    ["over 100 megapixels", "too_many_pixels", png(pngHeader(10_001, 10_000), data, end)],
    ["that is one endless line", "too_many_pixels", png(pngHeader(1_000_000, 1), data, end)],
    [
      "of 36 megapixels in 8 KB",
      "too_many_pixels",
      png(pngHeader(6000, 6000, 1, 0), ["IDAT", new Uint8Array(8000)], end),
    ],
    [
      "of thousands of frames",
      "too_many_pixels",
      png(pngHeader(9000, 9000), ["acTL", Uint8Array.of(0, 0, 4, 0, 0, 0, 0, 0)], data, end),
    ],
    ["that claims more than its data can hold", "damaged", png(pngHeader(1000, 1000), data, end)],
    ["without a side", "damaged", png(pngHeader(0, 10), data, end)],
    ["without data", "damaged", png(pngHeader(10, 10), end)],
    ["without its palette", "damaged", png(pngHeader(10, 10, 8, 3), data, end)],
    ["with two headers", "damaged", png(pngHeader(10, 10), ["IHDR", pngHeader(10, 10)], data, end)],
    ["of a colour type that does not exist", "damaged", png(pngHeader(10, 10, 8, 5), data, end)],
    ["with a full end", "damaged", png(pngHeader(10, 10), data, ["IEND", new Uint8Array(1)])],
    ["that begins with something else", "damaged", pngOf([data, end])],
  ])("refuses a PNG %s", async (_, reason, bytes) => {
    await expectRefusal(bytes, reason);
  });

  const vp8x = (width: number, height: number) =>
    Uint8Array.of(
      0,
      0,
      0,
      0,
      ...[width - 1, height - 1].flatMap((side) => [side & 255, (side >> 8) & 255, side >> 16]),
    );
  const lossless = media.webpLossless.subarray(20);

  it.each<[string, RejectionReason, Uint8Array]>([
    [
      "over 100 megapixels",
      "too_many_pixels",
      webpOf([
        ["VP8X", vp8x(16_000, 16_000)],
        ["VP8L", lossless],
      ]),
    ],
    [
      "whose picture does not fill its canvas",
      "damaged",
      webpOf([
        ["VP8X", vp8x(8, 5)],
        ["VP8L", lossless],
      ]),
    ],
    ["with no picture", "damaged", webpOf([["VP8X", vp8x(8, 5)]])],
    [
      "that begins with something else",
      "damaged",
      webpOf([
        ["EXIF", new Uint8Array(4)],
        ["VP8L", lossless],
      ]),
    ],
    ["with a broken bitstream", "damaged", webpOf([["VP8L", new Uint8Array(20)]])],
    ["with a broken key frame", "damaged", webpOf([["VP8 ", new Uint8Array(20)]])],
  ])("refuses a WebP %s", async (_, reason, bytes) => {
    await expectRefusal(bytes, reason);
  });

  const version = { asset: { version: "2.0" } };
  it.each<[string, RejectionReason, Uint8Array]>([
    ["whose JSON is broken", "damaged", makeGlb("{ this is not JSON")],
    ["whose JSON is a list", "damaged", makeGlb("[]")],
    ["without a version", "damaged", makeGlb({})],
    ["with too little binary data", "damaged", makeGlb({ ...version, buffers: [{ byteLength: 37 }] })],
    [
      "with a buffer elsewhere",
      "not_allowed",
      makeGlb({ ...version, buffers: [{ uri: "scene.bin", byteLength: 1 }] }),
    ],
    [
      "with a texture elsewhere",
      "not_allowed",
      makeGlb({ ...version, images: [{ uri: "https://vendor.example/a.png" }] }),
    ],
    ["with a list that is none", "damaged", makeGlb({ ...version, images: [null] })],
  ])("refuses a GLB %s", async (_, reason, bytes) => {
    await expectRefusal(bytes, reason);
  });

  it("refuses a GLB or a WebP that says it is shorter than its parts", async () => {
    const [model, picture] = [makeGlb(), Uint8Array.from(media.webpLossy)];
    new DataView(model.buffer, model.byteOffset).setUint32(8, model.length - 4, true);
    new DataView(picture.buffer).setUint32(4, picture.length - 12, true);
    await expectRefusal(model, "damaged");
    await expectRefusal(picture, "damaged");
  });

  it("refuses a JPEG of a frame type that nobody decodes, or with two frames, or with none", async () => {
    const at = media.jpegBaseline.indexOf(0xc0);
    const frame = media.jpegBaseline.subarray(at - 1, at + 18);
    const arithmetic = Uint8Array.from(media.jpegBaseline);
    arithmetic[at] = 0xc9;
    await expectRefusal(arithmetic, "damaged");
    await expectRefusal(
      join(media.jpegBaseline.subarray(0, at - 1), frame, media.jpegBaseline.subarray(at - 1)),
      "damaged",
    );
    await expectRefusal(
      join(media.jpegBaseline.subarray(0, at - 1), media.jpegBaseline.subarray(at + 18)),
      "damaged",
    );
  });
});

describe("a stream under inspection", () => {
  it("tells the type before the rest has been read", async () => {
    const bytes = makePng();
    const inspected = await inspectStream(streamOf(bytes, [5]), everything);
    expect(inspected.type).toMatchObject({ extension: "png", kind: "image" });
    expect(inspected.inspection).toBeUndefined();
    expect(await new Response(inspected.stream).bytes()).toEqual(Uint8Array.from(bytes));
    expect(inspected.inspection).toMatchObject({ width: 9, height: 7 });
  });

  it("passes a failure of its source on, untouched", async () => {
    const failure = new Error("the line broke");
    const source = streamOf(makePng(), [30]).pipeThrough(
      new TransformStream<Uint8Array, Uint8Array>({
        transform: (chunk, to) => (chunk[0] === 0x89 ? to.enqueue(chunk) : to.error(failure)),
      }),
    );
    const inspected = await inspectStream(source, everything);
    await expect(new Response(inspected.stream).bytes()).rejects.toBe(failure);
    expect(inspected.failure).toBe(failure);
  });

  it("cancels its source when the bytes are not taken, when its reader leaves and when it is aborted", async () => {
    const cancelled: unknown[] = [];
    const endless = (head: Uint8Array) =>
      new ReadableStream<Uint8Array>(
        {
          start: (controller) => controller.enqueue(head),
          pull: (controller) => controller.enqueue(new Uint8Array(100)),
          cancel: (reason) => void cancelled.push(reason),
        },
        { highWaterMark: 0 },
      );
    await expect(inspect(endless(Buffer.from("<svg and so on>")), everything)).rejects.toThrow();
    const left = await inspectStream(endless(makePng().subarray(0, 40)), everything);
    await left.stream.cancel("left");
    const abort = new AbortController();
    const silent = new ReadableStream<Uint8Array>({ cancel: (reason) => void cancelled.push(reason) });
    const waiting = inspectStream(silent, { ...everything, signal: abort.signal });
    abort.abort("stop");
    await expect(waiting).rejects.toBe("stop");
    expect(cancelled).toEqual([expect.objectContaining({ reason: "not_allowed" }), "left", "stop"]);
  });
});
