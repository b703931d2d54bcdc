import { isRecord } from "../../faults/json.ts";
import { withoutDirectives } from "../../faults/parse.ts";
import type { Fault } from "../../faults/rule.ts";
import { endMsOf, type Standing, standingOf, startMsOf } from "../../jobs/job-clock.ts";
import type { World } from "../vendor.ts";
import { findEndpoint } from "./endpoints.ts";
import { type Failure, failureOfFate } from "./failure.ts";
import { outputsOf, type RequestRecord, seedOf } from "./store.ts";
import type { Workshop } from "./workshop.ts";

/** Shows requests as the vendor does. */
export interface Outcomes {
  /** The status object. `COMPLETED` says that it is over, not that it went well. */
  status(record: RequestRecord, withLogs: boolean, passing?: Fault): Record<string, unknown>;
  /** What the result is: an output, a failure, or undefined while there is none. */
  result(record: RequestRecord, passing?: Fault): Promise<unknown | Failure> | undefined;
  position(record: RequestRecord): number;
}

const queueLength = 3;

/** Where a request stands. */
export function standing(record: RequestRecord, now: number, passing?: Fault): Standing {
  const found = standingOf(record, now, passing);
  return record.isNeverStarted === true && found.phase === "running" && found.word === undefined
    ? { ...found, phase: "queued" }
    : found;
}

/** Whether a request is over, however. */
export function isOver({ phase }: Pick<Standing, "phase">): boolean {
  return phase !== "queued" && phase !== "running";
}

/** Why a request that is over has no output. */
export function failureIn(record: RequestRecord, now: number): Failure | undefined {
  if (record.failure) return record.failure;
  const { phase } = standing(record, now);
  if (phase === "cancelled") return failureOfFate({ kind: "job_cancelled" });
  return phase === "failed" && record.fate ? failureOfFate(record.fate) : undefined;
}

/** Makes the views. */
export function createOutcomes(world: World, workshop: Workshop, said: (text: string) => string): Outcomes {
  const logsOf = (record: RequestRecord) => {
    const line = (message: string, ms: number) => ({
      message: said(message),
      level: "INFO",
      source: "USER",
      timestamp: new Date(ms).toISOString(),
    });
    const over = isOver(standing(record, world.now()));
    return [
      line("Starting the model", startMsOf(record)),
      ...(over ? [line("Finished", endMsOf(record))] : []),
    ];
  };

  const position = (record: RequestRecord) => {
    const wait = (record.isNeverStarted === true ? endMsOf(record) : startMsOf(record)) - record.created_ms;
    const share = wait <= 0 ? 1 : (world.now() - record.created_ms) / wait;
    return Math.max(0, Math.ceil(queueLength * (1 - share)));
  };

  return {
    position,
    status(record, withLogs, passing) {
      const now = world.now();
      const where = standing(record, now, passing);
      const logs = withLogs ? { logs: logsOf(record) } : {};
      if (where.word !== undefined) return { status: where.word, ...logs };
      if (where.phase === "queued") return { status: "IN_QUEUE", queue_position: position(record) };
      if (where.phase === "running") return { status: "IN_PROGRESS", ...logs };
      const failure = failureIn(record, now);
      const text = typeof failure?.detail === "string" ? failure.detail : failure?.detail[0]?.msg;
      const type = failure?.error_type ?? failure?.headers?.["x-fal-error-type"];
      return {
        status: "COMPLETED",
        ...logs,
        metrics: { inference_time: Math.max(0, endMsOf(record) - startMsOf(record)) / 1000 },
        ...(failure ? { error: said(text ?? "The request failed"), error_type: type } : {}),
      };
    },
    result(record, passing) {
      const now = world.now();
      const where = standing(record, now);
      if (!isOver(where)) return undefined;
      return (async () => failureIn(record, now) ?? (await outputOf(record, workshop, passing)))();
    },
  };
}

/** Whether a result is a failure. */
export function isFailure(result: unknown): result is Failure {
  return isRecord(result) && "status" in result && "detail" in result;
}

async function outputOf(record: RequestRecord, workshop: Workshop, passing?: Fault): Promise<unknown> {
  const endpoint = findEndpoint(record.endpoint);
  const isEmpty = [passing, record.fate].some((fault) => fault?.kind === "no_outputs");
  if (endpoint?.makes === "model") {
    if (isEmpty) return { task_id: record.request_id, model_mesh: null, rendered_image: null };
    return {
      task_id: record.request_id,
      model_mesh: await workshop.describe(record, "model.glb"),
      rendered_image: await workshop.describe(record, "preview.webp"),
    };
  }
  const isCaught = record.fate?.kind === "moderated";
  const ending = record.input.output_format === "png" ? "png" : "jpg";
  const names = Array.from({ length: isEmpty ? 0 : outputsOf(record) }, (_, index) => `${index}.${ending}`);
  const images = names.map(async (name) => {
    const content_type = ending === "png" ? "image/png" : "image/jpeg";
    const url =
      record.input.sync_mode === true ? await workshop.inline(record, name) : workshop.link(record, name);
    return { url, ...record.size, content_type };
  });
  return {
    images: await Promise.all(images),
    seed: seedOf(record),
    has_nsfw_concepts: names.map(() => isCaught),
    prompt: withoutDirectives(String(record.input.prompt ?? "")),
    timings: { inference: Math.max(0, endMsOf(record) - startMsOf(record)) / 1000 },
  };
}
