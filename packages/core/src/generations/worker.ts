import { sweepInputs } from "../assets/sweep-inputs.ts";
import type { BffContext } from "../context.ts";
import type { Worker } from "../engine/port.ts";
import { advance } from "./advance.ts";
import { sweep } from "./sweep.ts";

const hourMs = 3_600_000;

/** What an engine drives: one generation on, and the next wake-up planned. */
export function createWorker(context: BffContext): Worker {
  let inputsSweptAt = Number.NEGATIVE_INFINITY;
  return {
    async advance(generationId) {
      const advanced = await advance(context, generationId);
      if (advanced.againAfterMs !== undefined) context.engine.wake(generationId, advanced.againAfterMs);
    },
    async sweep() {
      // Uploads are given up after a day: once an hour is often enough to look.
      if (performance.now() - inputsSweptAt > hourMs) {
        inputsSweptAt = performance.now();
        await sweepInputs(context);
      }
      return sweep(context);
    },
  };
}
