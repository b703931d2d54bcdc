import { defineProject } from "vitest/config";
import { sourceConditions } from "./vitest-shared.ts";

export default defineProject({
  ...sourceConditions,
  test: { name: "structure", include: ["*.test.ts"], environment: "node" },
});
