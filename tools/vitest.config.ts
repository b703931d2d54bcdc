import { defineProject } from "vitest/config";
import { patience, sourceConditions } from "./vitest-shared.ts";

export default defineProject({
  ...sourceConditions,
  test: { ...patience, name: "structure", include: ["*.test.ts"], environment: "node" },
});
