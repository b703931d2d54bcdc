import type { JobReference } from "@genbff/core";
import type { TripoRequest } from "./to-request.ts";

/** What is remembered of a task beside its id. */
interface TaskFacts {
  /** Whether it has a surface. */
  readonly textured: boolean;
}

/** A task by its id. */
export function taskReference(taskId: string, { textured }: TaskFacts): JobReference {
  return { key: taskId, data: { textured } };
}

/** A task that was made by a request of ours: what it works on, and what was spent before it, are remembered too. */
export function referenceOf(taskId: string, request: TripoRequest): JobReference {
  const { path, body, importCredits = 0 } = request;
  const { key, data } = taskReference(taskId, { textured: body.texture !== false });
  return {
    key,
    data: {
      ...data,
      ...(path.startsWith("models/") ? { work: path } : {}),
      ...(importCredits > 0 ? { import_credits: importCredits } : {}),
    },
  };
}
