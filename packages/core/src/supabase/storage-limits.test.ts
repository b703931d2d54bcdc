import { expect, it } from "vitest";
import { limitFindings } from "./storage-limits.ts";

const needs = { contentTypes: ["image/png", "model/gltf-binary"], bytesMax: 250 };
const found = (limits: Parameters<typeof limitFindings>[1]) =>
  limitFindings("b", limits, needs).map(({ status, message }) => `${status}: ${message}`);

it.each([
  [{}],
  [{ bytesMax: null, contentTypes: null }],
  [{ bytesMax: 250, contentTypes: [] }],
  [{ contentTypes: ["image/*", "model/gltf-binary", "text/plain"] }],
])("finds room for everything in a bucket with %j", (limits) => {
  expect(found(limits)).toEqual([]);
});

it.each([
  [
    { bytesMax: 249 },
    /^warning: The bucket "b" takes files of 249 bytes at most, and yours may have 250.*Raise/,
  ],
  [{ contentTypes: ["image/*"] }, /^warning: The bucket "b" does not take model\/gltf-binary:.*MIME types/],
])("names what a bucket with %j does not take, and how that is mended", (limits, said) => {
  expect(found(limits)).toEqual([expect.stringMatching(said)]);
});
