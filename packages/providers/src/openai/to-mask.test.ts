import type { InputFile } from "@genbff/core";
import { decode, encode } from "fast-png";
import { describe, expect, it } from "vitest";
import { buy } from "../conformance/buy.ts";
import { fileOf, fileOfBytes, jobOf } from "../conformance/cases.ts";
import { submitContext } from "../conformance/context.ts";
import { openai } from "./index.ts";
import { maskBytesBelow, maskField } from "./models.ts";
import { toOpenaiMask } from "./to-mask.ts";

const field = "input_image_asset_url";
const grey = (data: number[]) =>
  encode({ width: data.length, height: 1, data: Uint8Array.from(data), channels: 1 });
const maskOf = (data: number[]) => ({ width: data.length, height: 1, white: Uint8Array.from(data) });

describe("toOpenaiMask", () => {
  it("makes what is white transparent and everything else opaque", () => {
    const { width, height, channels, data } = decode(toOpenaiMask(maskOf([0, 127, 128, 255])));
    expect({ width, height, channels }).toEqual({ width: 4, height: 1, channels: 4 });
    expect([3, 7, 11, 15].map((at) => data[at])).toEqual([255, 255, 0, 0]);
  });

  it("refuses one that is too large when it is painted", () => {
    const { length } = toOpenaiMask(maskOf([0, 255]));
    expect(toOpenaiMask(maskOf([0, 255]), length + 1)).toHaveLength(length);
    expect(() => toOpenaiMask(maskOf([0, 255]), length)).toThrow(RangeError);
    expect(maskBytesBelow).toBe(4_000_000);
  });
});

describe("an edit", () => {
  const provider = openai({ apiKey: "key", baseUrl: "http://vendor.invalid" });
  const edit = (mask: InputFile) =>
    buy(
      provider,
      jobOf("image-inpaint", { prompt: "p" }, { files: [fileOf(field, "a picture"), mask] }),
      submitContext(),
    );

  it("is refused before anything is sent when its mask cannot be read", async () => {
    const { error } = await edit(fileOf(maskField, "no PNG"));
    expect(error).toMatchObject({
      code: "asset_unusable",
      outcome: "refused",
      details: { field: maskField },
    });
  });

  it("was not sent when our own storage fails", async () => {
    const gone = () => Promise.reject(new Error("the disk is gone"));
    const { error } = await edit({ ...fileOfBytes(maskField, grey([0])), open: gone });
    expect(error).toMatchObject({ code: "provider_unavailable", outcome: "not_sent" });
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
