import { defineConfig } from "vitest/config";
import { patience, sourceConditions } from "../../tools/vitest-shared.ts";

// Started by tools/lambda-ric.ts alone; what `npm test` runs is named *.test.ts.
export default defineConfig({
  ...sourceConditions,
  test: {
    ...patience,
    root: import.meta.dirname,
    include: ["tests/*.live.ts"],
    globalSetup: "../../tools/embedded-postgres.ts",
    testTimeout: 90_000,
    hookTimeout: 60_000,
  },
});
