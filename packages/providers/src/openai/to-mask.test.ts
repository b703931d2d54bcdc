import { decode, encode } from "fast-png";
import { describe, expect, it } from "vitest";
import { fileOf, fileOfBytes } from "../conformance/cases.ts";
import { openai } from "./index.ts";
import { maskBytesBelow, maskField } from "./models.ts";
import { withMasks } from "./to-mask.ts";

const grey = (data: number[]) =>
  fileOfBytes(maskField, encode({ width: data.length, height: 1, data: Uint8Array.from(data), channels: 1 }));
const image = fileOf("input_image_asset_url", "a picture");

describe("withMasks", () => {
  it("makes what is white transparent and everything else opaque, and leaves the picture alone", async () => {
    const [picture, mask] = await withMasks([image, grey([0, 100, 200, 255])]);
    expect(picture).toBe(image);
    const bytes = await new Response(await mask?.open()).bytes();
    expect(mask).toMatchObject({ contentType: "image/png", bytes: bytes.length });
    const { width, height, channels, data } = decode(bytes);
    expect({ width, height, channels }).toEqual({ width: 4, height: 1, channels: 4 });
    expect([3, 7, 11, 15].map((at) => data[at])).toEqual([255, 255, 0, 0]);
  });

  it("refuses a mask that cannot be read, before anything is sent", async () => {
    const refused = { code: "asset_unusable", outcome: "refused", details: { field: maskField } };
    await expect(withMasks([fileOf(maskField, "no PNG")])).rejects.toMatchObject(refused);
  });

  it("refuses a mask that is too large when it is painted", async () => {
    const [painted] = await withMasks([grey([0, 255])]);
    const bytes = painted?.bytes ?? 0;
    await expect(withMasks([grey([0, 255])], bytes + 1)).resolves.toHaveLength(1);
    const refused = { code: "asset_unusable", outcome: "refused" };
    await expect(withMasks([grey([0, 255])], bytes)).rejects.toMatchObject(refused);
    expect(maskBytesBelow).toBe(4_000_000);
  });

  it("knows that nothing was bought when our own storage fails", async () => {
    const broken = { ...grey([0]), open: () => Promise.reject(new Error("the disk is gone")) };
    const harmless = { code: "provider_unavailable", outcome: "not_sent" };
    await expect(withMasks([broken])).rejects.toMatchObject(harmless);
  });
});

describe("check of image-inpaint", () => {
  const { "image-inpaint": offer } = openai({ apiKey: "key" }).offers;
  const picture = {
    field: "input_image_asset_url",
    contentType: "image/jpeg",
    bytes: 9,
    width: 8,
    height: 4,
  };
  const mask = { field: maskField, contentType: "image/png", bytes: 9, width: 8, height: 4 };
  it.each([
    [{}, undefined, ""],
    [{ width: 4, height: 8 }, maskField, "8 × 4"],
    [{ width: null, height: null }, undefined, ""],
    [{ contentType: "image/jpeg" }, maskField, "PNG"],
    [{ bytes: 10_000_001 }, maskField, "10,000,000"],
    [{ width: 5000, height: 5000 }, maskField, "16,777,216"],
  ])("of a mask that is %j", (different, field, limit) => {
    const refusal = offer?.check?.({}, [picture, { ...mask, ...different }]);
    expect(refusal?.field).toBe(field);
    expect(refusal?.message ?? "").toContain(limit);
  });
});
