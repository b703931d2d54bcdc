import { defineProject } from "vitest/config";
import { patience, sourceConditions } from "../../tools/vitest-shared.ts";

export default defineProject({
  ...sourceConditions,
  test: {
    ...patience,
    name: "lambda",
    include: ["tests/**/*.test.ts"],
    environment: "node",
    globalSetup: "../../tools/embedded-postgres.ts",
    testTimeout: 90_000,
    hookTimeout: 60_000,
  },
});
