import { validateBytes } from "gltf-validator";
import { expect, it } from "vitest";
import { photo } from "../../testing/buyer.ts";
import { decode } from "../picture.ts";
import { buildFromPictures } from "./from-pictures.ts";
import { buildFromText } from "./from-text.ts";
import { toGlb } from "./glb.ts";

const plain = { seed: "1/0", faceLimit: undefined, texture: true };

it.each(["a brass desk lamp", "a blue teacup", "a bowl", "a chess queen", "a bottle", "a vase", "anything"])(
  "turns %s into a valid, textured model",
  async (prompt) => {
    const glb = await toGlb(await buildFromText({ ...plain, prompt }));
    const report = await validateBytes(glb);
    expect(report.issues).toMatchObject({ numErrors: 0, numWarnings: 0 });
    expect(report.info.resources?.length).toBe(2);
    expect(glb.length).toBeGreaterThan(300_000);
    expect(glb.length).toBeLessThan(3_000_000);
  },
);

it.each([48, 500, 20_000])("keeps near a limit of %i faces", async (faceLimit) => {
  const glb = await toGlb(await buildFromText({ ...plain, faceLimit, prompt: "a vase" }));
  const { info } = await validateBytes(glb);
  expect(info.totalTriangleCount).toBeLessThanOrEqual(faceLimit * 1.1);
  expect(info.totalTriangleCount).toBeGreaterThan(faceLimit * 0.6);
});

it("leaves the texture out when it is not wanted", async () => {
  const report = await validateBytes(
    await toGlb(await buildFromText({ ...plain, texture: false, prompt: "a vase" })),
  );
  expect(report.issues).toMatchObject({ numErrors: 0, numWarnings: 0 });
  expect(report.info.resources?.some(({ mimeType }) => mimeType.startsWith("image/"))).toBe(false);
});

it.each([
  [1200, 300],
  [300, 1200],
  [640, 640],
])("makes a valid relief of a picture of %i by %i, one-sided or with a back", async (width, height) => {
  const front = await decode(await photo(width, height, "jpeg"));
  if (!front) throw new Error("the test picture decodes");
  for (const back of [undefined, front]) {
    const glb = await toGlb(await buildFromPictures({ ...plain, front, back }));
    expect((await validateBytes(glb)).issues).toMatchObject({ numErrors: 0, numWarnings: 0 });
  }
});

it("builds the same bytes for the same wish, others for another seed", async () => {
  const build = async (seed: string) => toGlb(await buildFromText({ ...plain, seed, prompt: "a vase" }));
  const [first, second, third] = [await build("1/0"), await build("1/0"), await build("2/0")];
  expect(Buffer.compare(first, second)).toBe(0);
  expect(Buffer.compare(first, third)).not.toBe(0);
});
