import { engineGenerationsSuite } from "../testing/engine-generations-suite.ts";
import { engineSuite } from "../testing/engine-suite.ts";
import { inProcess } from "./in-process.ts";

// Without engineQueueSuite: its messages are timers of the process, which nobody can flush, forge or keep, and which die
// with it. What that leaves undone is the sweep's, as the cells on generations show.

engineSuite("in-process", () => inProcess({ concurrency: 4, sweepMs: 50 }));
engineGenerationsSuite("in-process", () => inProcess({ sweepMs: 100 }));
