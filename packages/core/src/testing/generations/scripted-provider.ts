import * as z from "zod";
import { makeGlb } from "../../assets/__fixtures__/media.ts";
import {
  ProviderError,
  type ProviderErrorCode,
  type ProviderErrorOptions,
} from "../../errors/provider-error.ts";
import { defineProvider } from "../../providers/define-provider.ts";
import type {
  PreparedRequest,
  ProviderAnswer,
  ProviderJob,
  ProviderOutput,
  ProviderPort,
  SubmitContext,
} from "../../providers/port.ts";
import type { JsonValue } from "../../shared/json.ts";
import { vendorCanary } from "../leaks/vendor-canary.ts";
import { tinyPng } from "../test-studio.ts";

/** What a vendor without a network does with each call, and what it has seen. */
export interface ScriptedProvider {
  /** Every submission, in order. */
  readonly submissions: { readonly generationId: string; readonly attempt: number; readonly at: number }[];
  /** What was made ready, sent or not. */
  readonly prepared: string[];
  /** At the same time, at most. */
  readonly most: () => number;
  readonly port: ReturnType<typeof portOf>;
}

/** How a scripted vendor behaves; what is left out works. */
export interface Script {
  readonly submit?: (
    job: ProviderJob,
    count: number,
    given: SubmitContext,
    prepared: PreparedRequest,
  ) => ProviderAnswer | Promise<ProviderAnswer>;
  readonly check?: ProviderPort["check"];
  /** Whatever else the port has: `lookup`, `cancel`, `verifyWebhook`, what it is capable of. */
  readonly port?: Partial<ProviderPort>;
  readonly offers?: readonly string[];
  /** How many outputs each request asks for. Default 1. */
  readonly outputs?: number;
  /** Why it cannot take a request, said before anything is held. */
  readonly refusal?: { readonly field: string; readonly message: string };
}

/** Makes one. Without a script it answers every request at once with what the operation asks for. */
export function scriptedProvider(script: Script = {}): ScriptedProvider {
  const submissions: ScriptedProvider["submissions"] = [];
  const prepared: string[] = [];
  let now = 0;
  let most = 0;
  const port = portOf(script, {
    submitTimeoutMs: 10_000,
    async prepare(job) {
      prepared.push(job.generationId);
      return { request: { prompt: job.prompt ?? "" } };
    },
    async submit(job, ready, given) {
      submissions.push({ generationId: job.generationId, attempt: job.attempt, at: performance.now() });
      now += 1;
      most = Math.max(most, now);
      try {
        return (await script.submit?.(job, submissions.length, given, ready)) ?? picture();
      } finally {
        now -= 1;
      }
    },
    ...(script.check === undefined ? {} : { check: script.check }),
    ...script.port,
  });
  return { submissions, prepared, most: () => most, port };
}

function portOf({ offers = ["text-to-image"], outputs = 1, refusal }: Script, port: ProviderPort) {
  const offer = { parameters: z.object({}), outputs: () => outputs, check: () => refusal };
  const offered = Object.fromEntries(offers.map((name) => [name, offer]));
  return defineProvider({ offers: offered, ...port });
}

/** A whole answer with one picture. */
export function picture(): ProviderAnswer {
  return done({ index: 0, source: { stream: streamOf(tinyPng) } });
}

/** A whole answer with one model. */
export function model(): ProviderAnswer {
  return done({ index: 0, source: { stream: streamOf(makeGlb()) } });
}

/** A whole answer that is JSON. */
export function json(value: JsonValue): ProviderAnswer {
  return done({ index: 0, source: { json: value } });
}

/** Not now: ask again after this. */
export function running(key: string, pollAfterMs: number): ProviderAnswer {
  return { state: "running", reference: { key, data: { vendorCanary } }, pollAfterMs };
}

/** A failure of one class. */
export function failure(
  outcome: ProviderErrorOptions["outcome"],
  options: Partial<ProviderErrorOptions> & { code?: ProviderErrorCode } = {},
): ProviderError {
  const { code = "provider_unavailable", ...rest } = options;
  return new ProviderError(code, { outcome, message: `${vendorCanary} says no`, ...rest });
}

function done(...outputs: ProviderOutput[]): ProviderAnswer {
  return { state: "done", outputs };
}

/** Bytes as they arrive. */
export function streamOf(bytes: Uint8Array): ReadableStream<Uint8Array> {
  return new Blob([new Uint8Array(bytes)]).stream() as ReadableStream<Uint8Array>;
}
