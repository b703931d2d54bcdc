import { expect, test } from "vitest";
import * as names from "./index.ts";

test("exports these names", () => {
  expect(Object.keys(names).sort()).toEqual(["createClient", "isGenbffError", "isGenerationError"]);
});
