import type { Fault } from "../../faults/rule.ts";
import { isFailing } from "../../jobs/job-clock.ts";
import { type ModelFormat, modelFiles } from "../../media/model/formats/write-model.ts";
import type { World } from "../vendor.ts";
import type { Links } from "./links.ts";
import { progressOf } from "./progress.ts";
import type { TaskRecord, TripoStore } from "./store.ts";

/** Shows tasks as the vendor does. */
export interface TaskViews {
  /** The whole task; issues fresh links if it is done. */
  detail(task: TaskRecord, passing?: Fault): Record<string, unknown>;
  /** Its row in the account's usage, which has no input. */
  usageRow(task: TaskRecord): Record<string, unknown>;
}

/** Format of a task's model: quad meshes cannot be GLB, so the vendor sends FBX. */
export function modelFormatOf({ order }: TaskRecord): ModelFormat {
  if (order.operation === "convert_model") return order.format;
  return "options" in order && order.options.quad ? "FBX" : "GLB";
}

/** File name of a task's model. */
export function modelFile(task: TaskRecord): string {
  return `model.${modelFiles[modelFormatOf(task)].ending}`;
}

/** Makes the views. */
export function createTaskViews(world: World, store: TripoStore, links: Links): TaskViews {
  const { canary } = world.settings;
  const said = (text: string) => (canary === undefined ? text : `${text} (${canary})`);
  const iso = (ms: number) => new Date(ms).toISOString();

  return {
    detail(task, passing) {
      const { status, progress, errorCode } = progressOf(task, world.now(), passing);
      const view = {
        task_id: task.task_id,
        type: task.order.operation,
        status,
        progress,
        input: task.input,
        created_at: iso(task.created_ms),
      };
      const completed_at = iso(task.created_ms + task.job_ms);
      if (errorCode !== undefined) {
        const error_message = said(errorCode === 2008 ? "Content policy violation" : "The task failed");
        return {
          ...view,
          output: {},
          credits_consumed: 0,
          completed_at,
          error_code: errorCode,
          error_message,
        };
      }
      if (status !== "success") return { ...view, output: {}, credits_consumed: 0 };
      const done = { ...view, credits_consumed: task.credits, completed_at };
      if ([passing, task.fate].some((fault) => fault?.kind === "no_outputs")) return { ...done, output: {} };
      const issued = { ...task, links_issued: task.links_issued + 1 };
      // Kept only where the count decides something: else each look would rewrite the state.
      if (task.links_dead > 0 && task.links_dead >= task.links_issued) store.saveTask(issued);
      const output = {
        model_url: links.issue(issued, modelFile(task)),
        rendered_image_url: links.issue(issued, "preview.webp"),
      };
      return { ...done, output };
    },
    usageRow(task) {
      const { status } = progressOf(task, world.now());
      return {
        task_id: task.task_id,
        type: task.order.operation,
        status,
        created_at: iso(task.created_ms),
        credits_consumed: isFailing(task.fate) ? 0 : task.credits,
      };
    },
  };
}
