import { defineProject } from "vitest/config";
import { sourceConditions } from "../../tools/vitest-shared.ts";

export default defineProject({
  ...sourceConditions,
  test: { name: "adapter-express", include: ["src/**/*.test.ts"], environment: "node" },
});
