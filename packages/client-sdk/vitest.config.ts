import { fileURLToPath } from "node:url";
import { defineProject } from "vitest/config";
import { patience, sourceConditions } from "../../tools/vitest-shared.ts";

export default defineProject({
  ...sourceConditions,
  test: {
    ...patience,
    name: "client-sdk",
    include: ["src/**/*.test.ts"],
    environment: "node",
    typecheck: {
      enabled: true,
      checker: fileURLToPath(new URL("../../node_modules/typescript-native/bin/tsc", import.meta.url)),
      include: ["src/**/*.test-d.ts"],
      tsconfig: "./tsconfig.test.json",
      // Each package's own typecheck answers for its sources; these tests answer for the promises to callers.
      ignoreSourceErrors: true,
    },
  },
});
