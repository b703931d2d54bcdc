import { expect, it } from "vitest";
import { checkMask, checkPicture, webPictures } from "./check-picture.ts";

const file = { field: "photo", contentType: "image/png", bytes: 1_000, width: 640, height: 480 };
const limits = {
  contentTypes: webPictures,
  bytesMax: 5_000_000,
  sideMin: 64,
  sideMax: 4_096,
  pixelsMin: 10_000,
  pixelsMax: 1_000_000,
  ratioMax: 2.5,
};

it.each([
  [{}, undefined],
  [{ width: null, height: null }, undefined],
  [{ contentType: "image/gif" }, "The picture must be one of: PNG, JPEG, WebP."],
  [{ bytes: 5_000_001 }, "5,000,000 bytes"],
  [{ bytes: 5_000_000 }, undefined],
  [{ width: 63 }, "64 pixels"],
  [{ height: 4_097 }, "4,096 pixels"],
  [{ width: 100, height: 99 }, "10,000 pixels"],
  [{ width: 1_001, height: 1_000 }, "1,000,000 pixels"],
  [{ width: 1_000, height: 399 }, "2.5 times"],
  [{ width: 400, height: 1_000 }, undefined],
])("says of a picture that is %j: %s", (different, words) => {
  const refusal = checkPicture({ ...file, ...different }, limits);
  if (words === undefined) expect(refusal).toBeUndefined();
  else expect(refusal).toEqual({ field: "photo", message: expect.stringContaining(words) });
});

it("leaves open what a vendor does not limit", () => {
  const huge = { ...file, bytes: 1e9, width: 1, height: 1e6 };
  expect(checkPicture(huge, { contentTypes: webPictures })).toBeUndefined();
});

it("wants a mask to be as large as its picture", () => {
  const image = { ...file, field: "input_image_asset_url" };
  const mask = { ...file, field: "input_mask_asset_url" };
  expect(checkMask([image, mask])).toBeUndefined();
  expect(checkMask([image])).toBeUndefined();
  expect(checkMask([image, { ...mask, width: null, height: null }])).toBeUndefined();
  expect(checkMask([image, { ...mask, height: 481 }])).toEqual({
    field: "input_mask_asset_url",
    message: "The mask must be as large as the picture: 640 × 480 pixels.",
  });
});
