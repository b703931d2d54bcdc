import { defineProject } from "vitest/config";
import { sourceConditions } from "../../tools/vitest-shared.ts";

export default defineProject({
  ...sourceConditions,
  test: { name: "makeit3d", include: ["**/*.test.ts"], environment: "node" },
});
