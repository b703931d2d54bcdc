import { expect, it } from "vitest";
import { compareJson } from "./compare-json.ts";

const address = "https://api.example.com/files/f1";

it.each([
  ["a lamp", " a lamp\n", "equal"],
  ["a lamp", "a chair", "different"],
  ["a lamp", address, "unclear"],
  [address, "f1", "unclear"],
  [address, "https://cdn.example.com/f1", "unclear"],
  [address, "https://api.example.com/files/f2", "different"],
  [7, "7", "unclear"],
  [7, 8, "different"],
  [null, undefined, "unclear"],
  [null, null, "equal"],
  [{}, { seed: 1 }, "equal"],
  [{ a: 1 }, [1], "unclear"],
  [{ a: { b: 1 } }, { a: { b: 1, c: 2 }, d: 3 }, "equal"],
  [{ a: 1, b: 2 }, { a: "1", b: 3 }, "different"],
  [[1, 2], [1, 2, 3], "different"],
  [[1, 2], [2, 1], "different"],
])("%j beside %j is %s", (sent, told, verdict) => {
  expect(compareJson(sent, told)).toBe(verdict);
});
