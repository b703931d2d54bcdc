import { expect, it, vi } from "vitest";
import { engineGenerationsSuite } from "../testing/engine-generations-suite.ts";
import { engineSuite } from "../testing/engine-suite.ts";
import { inProcess } from "./in-process.ts";
import type { Worker } from "./port.ts";

// Without engineQueueSuite: its messages are timers of the process, which nobody can flush, forge or keep, and which die
// with it. What that leaves undone is the sweep's, as the cells on generations show.

engineSuite("in-process", () => inProcess({ concurrency: 4, sweepMs: 50 }));
engineGenerationsSuite("in-process", () => inProcess({ sweepMs: 100 }));

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
