import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { diskPath } from "./disk-path.ts";
import { isKey } from "./key.ts";

describe("isKey", () => {
  it.each(["a", "images/t-1/0.png", "x.5fa/model_1.glb", "A_b-c/d.e.f"])("takes %s", (key) => {
    expect(isKey(key)).toBe(true);
  });

  it.each([
    "",
    "/a",
    "a/",
    "a//b",
    ".",
    "..",
    "a/../b",
    "a/./b",
    ".hidden",
    "a/.hidden",
    "a..b",
    "a.",
    "a b",
    "a%2e",
    "a\\b",
    "a\n",
    "a\u0000",
    "ä",
    "a?b",
    "a#b",
    "a=b",
    "a:b",
    "a".repeat(201),
    `${"a/".repeat(256)}a`,
  ])("refuses %j", (key) => {
    expect(isKey(key)).toBe(false);
  });

  it("never lets a path leave its folder", () => {
    void fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom("a", "B", ".", "/", "\\", "%", "-", "\0"), maxLength: 20 }),
        (text) => {
          if (isKey(text)) expect(diskPath("/data", text, "linux")).toBe(`/data/${text}`);
        },
      ),
      { seed: 5, numRuns: 2000 },
    );
  });
});

describe("diskPath", () => {
  it("keeps names apart that differ in case alone, where the file system does not", () => {
    const [upper, lower] = ["images/Task/0.png", "images/task/0.png"].map((key) =>
      diskPath("/data", key, "darwin"),
    );
    expect(lower).toBe("/data/images/task/0.png");
    expect(upper?.toLowerCase()).not.toBe(lower);
    expect(upper).toMatch(/^\/data\/images\/Task=[0-9a-f]{12}\/0\.png$/);
  });
});
