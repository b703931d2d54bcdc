import type { JobReference, Logger, ProviderAnswer, ProviderCost } from "@genbff/core";
import { slug } from "../shared/status-error.ts";
import { failedTask } from "./errors.ts";
import { statusOf } from "./status.ts";
import type { TripoTask } from "./wire.ts";

type Running = Extract<ProviderAnswer, { state: "running" }>;

/** How the work on a task goes on. */
export interface TaskPace {
  readonly reference: JobReference;
  readonly pollMs: number;
  readonly logger: Logger;
}

/** What the vendor says of a task, in our words. */
export function toResult(task: TripoTask, { reference, pollMs, logger }: TaskPace): ProviderAnswer {
  const running = (stage: string | undefined, progress: number | undefined): Running => ({
    state: "running",
    reference,
    pollAfterMs: pollMs,
    ...(progress === undefined ? {} : { progress: Math.round(Math.min(100, Math.max(0, progress))) }),
    ...(stage === undefined ? {} : { stage }),
  });
  const status = statusOf(task.status);
  if (status === undefined) {
    // A word of tomorrow, or the vendor's own "unknown": neither ends a task, and a paid one must not be given up.
    logger.warn({ provider: "tripo", status: slug(task.status) ?? "unreadable" }, "unknown task status");
    return running(undefined, task.progress);
  }
  switch (status) {
    case "queued":
      return running("Waiting for its turn", task.progress);
    case "running":
      return running(stageOf(task.progress, reference), task.progress);
    case "success":
      return toOutputs(task, reference);
    case "failed":
    case "cancelled":
    case "banned":
    case "expired":
      return { state: "refused", error: failedTask(status, task.error_code) };
    default:
      return status satisfies never;
  }
}

/** What people see while the vendor works: it tells a number only, so the second half is the surface. */
export function stageOf(progress: number | undefined, reference: JobReference): string {
  const { textured, work } = reference.data ?? {};
  if (work === "models/convert") return "Converting the model";
  if (work === "models/texture") return "Wrapping the surface";
  return textured !== false && (progress ?? 0) >= 50 ? "Wrapping the surface" : "Shaping the mesh";
}

function toOutputs(task: TripoTask, reference: JobReference): ProviderAnswer {
  const cost = costOf(task, reference);
  const { model_url, pbr_model, model, base_model } = task.output ?? {};
  const url = model_url ?? pbr_model ?? model ?? base_model;
  if (url === undefined || !isWebUrl(url)) {
    return { state: "refused", error: failedTask("success without a model", task.error_code, cost) };
  }
  return {
    state: "done",
    reference,
    outputs: [{ index: 0, source: { url } }],
    ...(cost === undefined ? {} : { cost }),
  };
}

/** What it cost, with what was spent to bring its model there. Nothing where the vendor does not say. */
function costOf({ credits_consumed: credits }: TripoTask, { data }: JobReference): ProviderCost | undefined {
  const spent = data?.import_credits;
  const all = credits === undefined || typeof spent !== "number" ? credits : credits + spent;
  return all === undefined ? undefined : { unit: "credits", amount: all };
}

function isWebUrl(url: string): boolean {
  return URL.canParse(url) && /^https?:$/.test(new URL(url).protocol);
}
