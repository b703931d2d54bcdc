import { expect, it, vi } from "vitest";
import { engineSuite } from "../testing/engine-suite.ts";
import { inProcess } from "./in-process.ts";
import type { Worker } from "./port.ts";

engineSuite("in-process", () => inProcess({ concurrency: 4, sweepMs: 50 }));

it.each([
  ["says so", "a-function", 1],
  ["has nothing to say elsewhere", undefined, 0],
])("on a host that freezes between two requests it %s", async (_, name, count) => {
  vi.stubEnv("AWS_LAMBDA_FUNCTION_NAME", name);
  const error = vi.fn();
  const silent = () => undefined;
  const worker: Worker = { advance: async () => undefined, sweep: async () => [] };
  const engine = inProcess({ logger: { debug: silent, info: silent, warn: silent, error } });
  engine.start(worker);
  await engine.stop(1000);
  vi.unstubAllEnvs();
  expect(error).toHaveBeenCalledTimes(count);
});
