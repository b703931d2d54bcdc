import { defineConfig } from "vitest/config";
import { patience, sourceConditions } from "../../tools/vitest-shared.ts";

// Started by tools/live-tests.ts alone; what `npm test` runs is named *.test.ts.
export default defineConfig({
  ...sourceConditions,
  test: { ...patience, root: import.meta.dirname, include: ["src/testing/live-*/*.live.ts"] },
});
