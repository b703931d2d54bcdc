import type { Fault } from "../../faults/rule.ts";
import { startMsOf } from "../../jobs/job-clock.ts";
import type { World } from "../vendor.ts";
import { endMs, progressAt } from "./progress.ts";
import { modelOf, type PredictionRecord } from "./store.ts";

/** Shows predictions as the vendor does. */
export interface PredictionViews {
  /** The prediction as it was, is or will be at a moment. */
  at(record: PredictionRecord, ms: number, passing?: Fault): Record<string, unknown>;
  /** Whether input, output, logs and files are gone by then. */
  isRemoved(record: PredictionRecord, ms: number): boolean;
}

const hour = 3_600_000;

/** Names of the files of a prediction, in their order. */
export function filesOf(record: PredictionRecord): string[] {
  const { output } = modelOf(record);
  if (output === "text") return [];
  if (output === "object") return ["model.glb"];
  const format = record.input.output_format ?? modelOf(record).parameters.output_format?.default;
  const ending = String(format ?? "png");
  if (output === "one") return [`output.${ending}`];
  return Array.from({ length: 4 }, (_, index) => `out-${index}.${ending}`);
}

/** Makes the views. */
export function createPredictionViews(world: World, said: (text: string) => string): PredictionViews {
  const { canary } = world.settings;
  const iso = (ms: number) => new Date(ms).toISOString();

  const isRemoved = (record: PredictionRecord, ms: number) => {
    const end = endMs(record);
    const removal = Math.min(record.removed_ms ?? Number.POSITIVE_INFINITY, end + hour);
    return progressAt(record, ms).isOver && ms >= removal;
  };

  const outputOf = (record: PredictionRecord, count: number, passing?: Fault): unknown => {
    const { output } = modelOf(record);
    const isEmpty = [passing, record.fate].some((fault) => fault?.kind === "no_outputs");
    const folder = `${world.url()}/replicate/delivery/${canary ?? "xezq"}/${record.id}`;
    const links = isEmpty
      ? []
      : filesOf(record)
          .slice(0, count)
          .map((name) => `${folder}/${name}`);
    switch (output) {
      case "list":
        return links.length === 0 && !isEmpty ? null : links;
      case "object":
        return count === 0 ? null : { model_file: links[0] ?? null, color_video: null, normal_video: null };
      case "text":
        return count === 0 || isEmpty ? null : said("a picture of something that catches the light");
      default:
        return links[0] ?? null;
    }
  };

  return {
    isRemoved,
    at(record, ms, passing) {
      const { owner, name } = modelOf(record);
      const { status, isOver, hasStarted, outputs } = progressAt(record, ms, passing);
      const [start, end] = [startMsOf(record), endMs(record)];
      const address = `${world.url()}/replicate/v1/predictions/${record.id}`;
      const seconds = (from: number) => Math.max(0, end - from) / 1000;
      const isGone = isRemoved(record, ms);
      const lines = hasStarted ? [said("Running the model")] : [];
      return {
        id: record.id,
        model: `${owner}/${name}`,
        version: record.version,
        input: isGone ? {} : record.input,
        logs: isGone ? null : [...lines, ...(status === "succeeded" ? ["Done"] : [])].join("\n"),
        output: isGone ? null : outputOf(record, outputs, passing),
        data_removed: isGone,
        error: status === "failed" ? said(errorOf(record)) : null,
        status,
        source: "api",
        created_at: iso(record.created_ms),
        started_at: hasStarted ? iso(start) : null,
        completed_at: isOver ? iso(end) : null,
        ...(record.deadline_ms === undefined ? {} : { deadline: iso(record.deadline_ms) }),
        ...(isOver && hasStarted
          ? { metrics: { predict_time: seconds(start), total_time: seconds(record.created_ms) } }
          : {}),
        urls: {
          get: address,
          cancel: `${address}/cancel`,
          stream: `${world.url()}/replicate/stream/${record.id}`,
          web: `https://replicate.com/p/${record.id}`,
        },
      };
    },
  };
}

function errorOf(record: PredictionRecord): string {
  if (record.fate?.kind === "moderated") return modelOf(record).refusalText;
  return record.error ?? "Prediction failed: CUDA out of memory.";
}
