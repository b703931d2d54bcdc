import { defineProject } from "vitest/config";
import { patience, sourceConditions } from "../tools/vitest-shared.ts";

export default defineProject({
  ...sourceConditions,
  test: {
    ...patience,
    name: "tests",
    globalSetup: "../tools/embedded-postgres.ts",
    include: ["**/*.test.ts"],
    environment: "node",
  },
});
