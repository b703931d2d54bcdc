import fc from "fast-check";
import { expect, it } from "vitest";
import { shapeProblem } from "./json-shape.ts";

it("finds nothing in what JSON.stringify writes, up to 32 levels", () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 8 }), (text) => {
      expect(shapeProblem(text)).toBeUndefined();
    }),
  );
  expect(shapeProblem("[".repeat(32) + "]".repeat(32))).toBeUndefined();
  expect(shapeProblem("[".repeat(33) + "]".repeat(33))).toBe("too_deep");
});

it("tells equal keys of one object from equal keys of two, and keys from texts", () => {
  expect(shapeProblem('{"a": {"a": 1}, "b": ["a", "a", {"a": 1}, {"a": 2}]}')).toBeUndefined();
  expect(shapeProblem('{"a": "\\"a\\": 1, \\"a\\": 2"}')).toBeUndefined();
  expect(shapeProblem('{"b": [{"a": 1, "a": 2}]}')).toBe("duplicate_key");
  expect(shapeProblem('{"a": 1, "\\u0061": 2}')).toBe("duplicate_key");
  expect(shapeProblem('{"\\\\": 1, "b": 2, "\\u005c": 3}')).toBe("duplicate_key");
});
