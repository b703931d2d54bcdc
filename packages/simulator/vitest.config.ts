import { defineProject } from "vitest/config";
import { sourceConditions } from "../../tools/vitest-shared.ts";

export default defineProject({
  ...sourceConditions,
  test: {
    name: "simulator",
    include: ["src/**/*.test.ts"],
    environment: "node",
    // Real pictures are painted and real models built, which takes its time on a busy machine.
    testTimeout: 30_000,
    expect: { poll: { timeout: 15_000 } },
  },
});
