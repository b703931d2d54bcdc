import { defineProject } from "vitest/config";
import { patience, sourceConditions } from "../../tools/vitest-shared.ts";

export default defineProject({
  ...sourceConditions,
  test: {
    ...patience,
    name: "passthrough",
    include: ["tests/*.test.ts"],
    environment: "node",
    globalSetup: "../../tools/embedded-postgres.ts",
  },
});
