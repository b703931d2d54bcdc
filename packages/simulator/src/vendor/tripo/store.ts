import { randomUUID } from "node:crypto";
import type { Fault } from "../../faults/rule.ts";
import type { UploadedFormat } from "../../media/model/formats/read-model.ts";
import type { State } from "../../state.ts";
import type { WebhookEndpoint } from "../vendor.ts";
import type { Views } from "./inputs.ts";
import type { ModelOrder } from "./order.ts";
import type { WorkOrder } from "./work-order.ts";

/** A job as it is kept. Its status is not: that follows from the clock. */
export interface TaskRecord {
  readonly task_id: string;
  /** Digest of the key that created it; to every other key it does not exist. */
  readonly owner: string;
  readonly order: ModelOrder | WorkOrder;
  readonly views?: Views;
  /** The body of the creating request, given back as `input`. */
  readonly input: Record<string, unknown>;
  readonly credits: number;
  readonly created_ms: number;
  /** Time from creation to the end. */
  readonly job_ms: number;
  /** What will become of it, where that is not a plain success. */
  readonly fate?: Fault;
  /** Where its end is told, where that was wanted when it was made. */
  readonly webhook?: WebhookEndpoint;
  /** How often its links were handed out. */
  readonly links_issued: number;
  /** Links up to this issue are dead. */
  readonly links_dead: number;
}

/** An uploaded file. */
interface FileRecord {
  readonly token: string;
  readonly owner: string;
  /** Undefined while a presigned address waits for its bytes. */
  readonly bytes_id?: string;
  /** Undefined for a picture. */
  readonly model?: UploadedFormat;
}

/** What was uploaded, once it was looked at. */
export type AcceptedFile = Pick<FileRecord, "bytes_id" | "model">;

/** Everything this vendor remembers. */
export interface TripoStore {
  saveTask(task: TaskRecord): void;
  /** The task, if that key may see it; without `owner`, for the links, which need no key. */
  task(id: string, owner?: string): TaskRecord | undefined;
  /** Tasks of a key, newest first. */
  tasksOf(owner: string): readonly TaskRecord[];
  /** Keeps an uploaded file, or a place for one; returns its token. */
  saveFile(owner: string, file?: AcceptedFile, token?: string): string;
  /** The file, if that key may use it; without `owner`, for presigned addresses, which need no key. */
  file(token: string, owner?: string): FileRecord | undefined;
}

/** Opens the vendor's part of the state. */
export function createStore(state: State): TripoStore {
  const tasks = state.collection<TaskRecord>("tripo.tasks");
  const files = state.collection<FileRecord>("tripo.files");
  return {
    saveTask: (task) => tasks.set(task.task_id, task),
    task(id, owner) {
      const task = tasks.get(id);
      return owner === undefined || task?.owner === owner ? task : undefined;
    },
    tasksOf: (owner) =>
      tasks
        .all()
        .filter((task) => task.owner === owner)
        .reverse(),
    saveFile(owner, file = {}, token = `file_${randomUUID().replaceAll("-", "")}`) {
      files.set(token, { token, owner, ...file });
      return token;
    },
    file(token, owner) {
      const file = files.get(token);
      return owner === undefined || file?.owner === owner ? file : undefined;
    },
  };
}
