import { expect, it } from "vitest";
import { findModel } from "./models.ts";
import { nearestNamedSize, parseSize } from "./size.ts";

const now = Date.parse("2026-11-20");

it("lets older models paint the named sizes only", () => {
  const [older, newer] = [findModel("gpt-image-1-mini", now), findModel("gpt-image-2.5-flare", now)];
  if (!older || !newer) throw new Error("both models are there in November 2026");
  expect(parseSize("1040x1040", newer)).toEqual({ width: 1040, height: 1040 });
  expect(parseSize("1536x1024", older)).toEqual({ width: 1536, height: 1024 });
  expect(() => parseSize("1040x1040", older)).toThrow("Invalid size");
});

it("does not find a model from its shutdown date on", () => {
  expect(findModel("gpt-image-1-mini", Date.parse("2026-12-01"))).toBeUndefined();
});

it("chooses the named size nearest to a photo", () => {
  expect(nearestNamedSize({ width: 400, height: 300 })).toEqual({ width: 1536, height: 1024 });
  expect(nearestNamedSize({ width: 300, height: 310 })).toEqual({ width: 1024, height: 1024 });
});
