import * as z from "zod";
import { ProviderError } from "../errors/provider-error.ts";
import { defineProvider } from "../providers/define-provider.ts";
import type { ProviderAnswer, ProviderJob } from "../providers/port.ts";
import { vendorCanary } from "./leaks/vendor-canary.ts";

/** One blue pixel: a whole PNG. */
export const tinyPng = fromBase64(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGNgYPgPAAEDAQAIicLsAAAAAElFTkSuQmCC",
);

/**
 * A vendor without a network, for tests of everything around one. Words in the prompt say what becomes of a job:
 * `[slow]` it takes three looks, `[endless]` it runs until it is cancelled, `[refused]` it is not taken.
 */
export function testStudio() {
  const looks = new Map<string, number>();
  return defineProvider({
    offers: {
      "text-to-image": {
        parameters: z.object({
          n: z.int().min(1).max(4).default(1),
          quality: z.enum(["low", "high"]).optional(),
          transparent: z.boolean().optional(),
        }),
        outputs: (input) => Number(input.n),
      },
      "image-to-image": { parameters: z.object({ strength: z.number().min(0).max(1).optional() }) },
    },
    submitTimeoutMs: 10_000,
    prepare: async () => ({ request: {} }),
    submit: async (job) => answer(job),
    check: async ({ key, data }): Promise<ProviderAnswer> => {
      const seen = (looks.get(key) ?? 0) + 1;
      looks.set(key, seen);
      if (data?.endless === true || seen < 3)
        return running(key, data?.endless === true, Math.min(seen * 20, 60));
      return { state: "done", outputs: pictures(1) };
    },
    cancel: async () => true,
  });
}

function answer(job: ProviderJob): ProviderAnswer {
  const prompt = job.prompt ?? "";
  if (prompt.includes("[refused]")) {
    const error = new ProviderError("content_rejected", {
      outcome: "refused",
      message: `${vendorCanary} does not draw that`,
      cause: new Error(vendorCanary),
    });
    return { state: "refused", error };
  }
  if (prompt.includes("[endless]")) return running(`${vendorCanary}-${job.clientReference}`, true, 10);
  if (prompt.includes("[slow]")) return running(`${vendorCanary}-${job.clientReference}`, false, 10);
  return { state: "done", outputs: pictures(job.outputs) };
}

function running(key: string, endless: boolean, progress: number): ProviderAnswer {
  return {
    state: "running",
    reference: { key, data: { endless } },
    pollAfterMs: endless ? 5000 : 20,
    progress,
    stage: "drawing",
  };
}

function pictures(count: number) {
  return Array.from({ length: count }, (_, index) => ({
    index,
    source: { stream: new Blob([tinyPng]).stream() as ReadableStream<Uint8Array> },
  }));
}

function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}
