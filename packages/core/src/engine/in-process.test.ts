import { engineSuite } from "../testing/engine-suite.ts";
import { inProcess } from "./in-process.ts";

engineSuite("in-process", () => inProcess({ concurrency: 4, sweepMs: 50 }));
