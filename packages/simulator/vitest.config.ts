import { defineProject } from "vitest/config";
import { patience, sourceConditions } from "../../tools/vitest-shared.ts";

export default defineProject({
  ...sourceConditions,
  test: {
    ...patience,
    name: "simulator",
    include: ["src/**/*.test.ts"],
    environment: "node",
    expect: { poll: { timeout: 15_000 } },
  },
});
