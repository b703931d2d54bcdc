import { defineProject } from "vitest/config";
import { patience, sourceConditions } from "../../tools/vitest-shared.ts";

export default defineProject({
  ...sourceConditions,
  test: {
    ...patience,
    name: "simulator",
    // Here the pictures are looked at.
    env: { SIMULATOR_PAINTED_PIXELS: "640000" },
    include: ["src/**/*.test.ts"],
    environment: "node",
    expect: { poll: { timeout: 15_000 } },
  },
});
