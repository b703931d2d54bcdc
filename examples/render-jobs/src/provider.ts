import {
  defineProvider,
  type InputFile,
  isProviderError,
  ProviderError,
  type ProviderErrorCode,
  type SubmitContext,
} from "@genbff/core";
import * as z from "zod";
import { renderInput } from "./operation.ts";
import { Undecodable } from "./pipeline/picture.ts";
import { type RunStage, render, stages } from "./pipeline/run.ts";

/** Shorter than this there is nothing to be found in a picture. */
const sideMin = 64;

/** How the pipeline runs on this server. */
export interface PipelineOptions {
  /** For each stage, where the request does not say; undefined: as long as the whole may take. */
  readonly stageTimeoutMs?: number | undefined;
  /** The stages themselves; a test may watch them. */
  readonly run?: typeof render;
}

/** How long all stages together may take, whatever was wished for each. */
const renderTimeoutMs = 15 * 60_000;

/**
 * The pipeline of this process as a provider: it buys nothing, so a render whose process died is simply made again.
 * It stops between two bands of rows when the user cancels or a stage is out of time.
 */
export function pipeline({ stageTimeoutMs, run = render }: PipelineOptions = {}) {
  return defineProvider({
    offers: {
      render: {
        parameters: z.object({}),
        check: (_input, files) => {
          const small = files.find(({ width, height }) => Math.min(width ?? 0, height ?? 0) < sideMin);
          return small && { field: small.field, message: `smaller than ${sideMin} pixels` };
        },
      },
    },
    submitTimeoutMs: renderTimeoutMs,
    resubmitOnUnknown: true,
    async prepare(job) {
      // A file that is gone is found before anything is computed, and looked for again by the state machine.
      for (const file of job.files) await (await file.open()).cancel();
      return { request: {} };
    },
    async submit(job, _prepared, context) {
      const { options } = renderInput.parse(job.input);
      const { stage_timeout_seconds: seconds } = options;
      const runStage = stageRunner(context, seconds === null ? stageTimeoutMs : seconds * 1000);
      const fileOf = (field: string) => job.files.find((file) => file.field === field);
      const [photo, texture, mask] = [fileOf("image_url"), fileOf("texture_url"), fileOf("mask_url")];
      try {
        const png = await run(
          {
            photo: await bytesOf(photo),
            texture: texture?.sha256 === photo?.sha256 ? undefined : await bytesOf(texture),
            mask: mask && (await bytesOf(mask)),
            repeats: options.real_world_scale,
            seed: options.enable_refinement ? options.refinement_seed : undefined,
          },
          runStage,
        );
        return {
          state: "done",
          outputs: [{ index: 0, source: { stream: new Blob([new Uint8Array(png)]).stream() } }],
        };
      } catch (error) {
        return { state: "refused", error: failureOf(error, context) };
      }
    },
  });
}

/** Reports each stage, and aborts it when the user cancels, when its own time is up, or that of the whole. */
function stageRunner({ signal, cancelled, report }: SubmitContext, timeoutMs: number | undefined): RunStage {
  return async (stage, work) => {
    const number = stages.indexOf(stage) + 1;
    report({ stage: `${number}/${stages.length} ${stage}`, progress: ((number - 1) / stages.length) * 100 });
    const own = timeoutMs === undefined ? [] : [AbortSignal.timeout(timeoutMs)];
    const stop = AbortSignal.any([signal, cancelled, ...own]);
    stop.throwIfAborted();
    const result = await work(stop);
    // libvips does not listen while it decodes: what came too late is too late all the same.
    stop.throwIfAborted();
    return result;
  };
}

async function bytesOf(file: InputFile | undefined): Promise<Uint8Array> {
  if (file === undefined) throw new Error("the operation lets nothing pass without its files");
  return new Uint8Array(await new Response(await file.open()).arrayBuffer());
}

/** Nothing was bought, so every failure is one that is sure. What libvips says of a file is for the log alone. */
function failureOf(error: unknown, { signal, cancelled }: SubmitContext): ProviderError {
  if (isProviderError(error)) return error;
  const fail = (code: ProviderErrorCode, message: string) =>
    new ProviderError(code, { outcome: "failed", message, cause: error });
  if (cancelled.aborted) return fail("cancelled", "stopped at the user's wish");
  const isLate = signal.aborted || (error instanceof DOMException && error.name === "TimeoutError");
  if (isLate) return fail("provider_timeout", "a stage took too long");
  if (error instanceof Undecodable) return fail("asset_unusable", error.message);
  return fail("provider_failed", "a stage broke");
}
