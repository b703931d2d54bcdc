import type { BffContext } from "../context.ts";
import type { Worker } from "../engine/port.ts";
import { advance } from "./advance.ts";
import { createSweep } from "./sweep.ts";

/** What an engine drives: one generation on, and the next wake-up planned. */
export function createWorker(context: BffContext): Worker {
  return {
    async advance(generationId, limits) {
      const advanced = await advance(context, generationId, limits);
      if (advanced.againAfterMs !== undefined) context.engine.wake(generationId, advanced.againAfterMs);
    },
    sweep: createSweep(context),
  };
}
