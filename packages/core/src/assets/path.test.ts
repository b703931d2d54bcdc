import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isKey } from "../storage/key.ts";
import { inputKeyWithoutExtension, keySegment, type OutputPlace, outputKey } from "./path.ts";

const place: OutputPlace = {
  kind: "image",
  task_id: "t1",
  generation_id: "g1",
  user_id: "ada",
  index: 0,
  file_index: 0,
};

describe("outputKey", () => {
  it.each<[Partial<OutputPlace>, string]>([
    [{}, "images/t1/0"],
    [{ file_index: 12 }, "images/t1/12"],
    [{ kind: "model" }, "models/t1/model"],
    [{ kind: "model", file_index: 1 }, "models/t1/model_1"],
    [{ asset_type_plural: "concepts" }, "concepts/t1/0"],
    [{ index: 1, file_index: 4 }, "images/t1/4"],
  ])("of %o is %s", (change, key) => {
    expect(outputKey({ ...place, ...change })).toBe(key);
  });

  it("follows a template, and drops its extension", () => {
    const template = "renders/{user_id}/{project_id}-{generation_id}.png";
    expect(outputKey({ ...place, words: { project_id: "p7" } }, template)).toBe("renders/ada/p7-g1");
  });

  it("refuses a template that makes no key, or names what is not given", () => {
    for (const template of [
      "{project_id}/{filename}",
      "/{filename}",
      "../{filename}",
      "a//b",
      "{toString}",
      "é/{filename}",
      "",
    ]) {
      expect(() => outputKey(place, template), template).toThrow("template");
    }
  });

  it("makes a key of any user and word, and of different users different keys", () => {
    const template = "u/{user_id}/{filename}";
    const anyText = fc.string({ unit: "binary", minLength: 1, maxLength: 255 });
    void fc.assert(
      fc.property(anyText, anyText, (one, other) => {
        const [first, second] = [one, other].map((user_id) => outputKey({ ...place, user_id }, template)) as [
          string,
          string,
        ];
        expect(isKey(first)).toBe(true);
        expect(first.split("/")).toHaveLength(3);
        expect(first === second).toBe(one === other);
      }),
      { seed: 5, numRuns: 500 },
    );
  });
});

describe("keySegment", () => {
  it("keeps harmless text, and hashes everything else so that it meets no harmless text", () => {
    expect(keySegment("3f1c-A_b")).toBe("3f1c-A_b");
    const hashed = keySegment("a/../b@example.com");
    expect(hashed).toMatch(/^x\.[0-9a-f]{40}$/);
    expect(keySegment(hashed)).not.toBe(hashed);
    for (const odd of ["", "..", ".", "a.b", "é", "a".repeat(129)]) expect(keySegment(odd)).toMatch(/^x\./);
  });
});

it("puts inputs where their row alone says whose they are", () => {
  expect(inputKeyWithoutExtension("0b9f2c1e-5f0e-4a53-9d6c-111111111111")).toBe(
    "inputs/0b9f2c1e-5f0e-4a53-9d6c-111111111111",
  );
});
