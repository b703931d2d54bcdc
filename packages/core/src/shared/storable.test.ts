import { expect, it } from "vitest";
import { storable } from "./storable.ts";

it("leaves alone what can be kept, also what only looks like an escape", () => {
  const whole = { text: "a cat 🐈 é\n", list: [1, null, true, { deep: "\ufffd" }] };
  expect(storable(whole)).toBe(whole);
  expect(storable({ ...whole, escaped: "\\u0000" })).toEqual({ ...whole, escaped: "\\u0000" });
  expect(storable(undefined)).toBeUndefined();
});

it("mends texts and names that no database could keep", () => {
  const said = { "a\0": ["\0", { half: "\ud800x", other: "x\udc00" }], whole: "\ud83d\ude00" };
  expect(storable(said)).toEqual({
    "a\ufffd": ["\ufffd", { half: "\ufffdx", other: "x\ufffd" }],
    whole: "\ud83d\ude00",
  });
});
