import type { ErrorBody, GenerationCreated, GenerationState, GenerationStatus } from "@genbff/core/contract";

/** The version of the Python service whose clients ask: they wait for different words. */
export type PythonVersion = "v1" | "v2";

/** `POST /generate/{operation}`: the id to ask with. */
export function toStarted({ generation_id, status }: GenerationCreated, version: PythonVersion) {
  return { task_id: generation_id, celery_task_id: generation_id, status: wordOf(status, version) };
}

/**
 * `GET /tasks/{id}/status`.
 *
 * @param id - What was asked for: clients compare it with what they hold.
 */
export function toStatus(id: string, found: GenerationStatus, version: PythonVersion) {
  const complete = found.status === "complete";
  const url = complete ? found.asset_url : null;
  const pictures = found.assets.filter(({ kind }) => kind !== "model");
  return {
    task_id: id,
    celery_task_id: found.generation_id,
    status: wordOf(found.status, version),
    progress: found.progress,
    asset_url: url,
    result_url: url,
    result:
      complete && pictures.length > 0 ? { image_urls: pictures.map(({ asset_url }) => asset_url) } : null,
    error: found.error?.message ?? null,
    error_code: found.error?.error ?? null,
  };
}

/**
 * A refusal: FastAPI's `detail` beside our own fields.
 *
 * @param renamed - Our field → theirs, for the fields that the refusal names.
 */
export function toRefusal(refusal: ErrorBody, renamed: ReadonlyMap<string, string>) {
  const { details } = refusal;
  const issues = details?.issues as unknown as readonly Issue[] | undefined;
  return {
    detail: refusal.message,
    ...refusal,
    ...(issues === undefined ? {} : { details: { ...details, issues: issues.map(renameIssue) } }),
  };

  function renameIssue(issue: Issue): Issue {
    const [, field = "", ...rest] = issue.pointer.split("/");
    return { ...issue, pointer: ["", renamed.get(field) ?? field, ...rest].join("/") };
  }
}

interface Issue {
  readonly pointer: string;
  readonly message: string;
}

/** The first version said `completed`; neither had a word for what was stopped. */
function wordOf(state: GenerationState, version: PythonVersion): string {
  if (state === "cancelled") return "failed";
  return state === "complete" && version === "v1" ? "completed" : state;
}
