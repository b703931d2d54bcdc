import { isProviderError, type Logger, ProviderError } from "@genbff/core";
import type { Http, HttpCall } from "../shared/http.ts";
import { slug } from "../shared/status-error.ts";
import { brokenCall } from "../shared/transport-error.ts";
import { callTripo } from "./call.ts";
import { failedTask } from "./errors.ts";
import { statusOf } from "./status.ts";
import { createdSchema, type TripoTask, taskSchema } from "./wire.ts";

/** How a model is brought to the vendor. */
export interface Import {
  readonly http: Http;
  readonly signal: AbortSignal;
  readonly logger: Logger;
  readonly pollMs: number;
  /** How long the vendor may take to read the file. */
  readonly importTimeoutMs: number;
}

/** A model of ours as a task of the vendor's, which others can work on. */
export interface ImportedModel {
  readonly taskId: string;
  /** What the vendor charged for it; its price list names no price. */
  readonly credits: number;
}

/**
 * Makes a task of an uploaded file: only what is a task can be textured and converted.
 *
 * It belongs to what comes before a purchase, as the upload does: it sells no result, and the price list names no price
 * for it. Repeating it makes another such task. A look at it that fails is followed by the next one.
 *
 * @throws ProviderError `asset_unusable`, `content_rejected` - outcome `refused`: the vendor cannot or will not take it.
 * @throws ProviderError `provider_unavailable` - outcome `not_sent`: it is not ready in time, or could not be sent.
 */
export async function importModel(fileToken: string, given: Import): Promise<ImportedModel> {
  const path = "models/import";
  const answer = await callTripo(given.http, {
    purpose: "prepare",
    method: "POST",
    path,
    json: { input: fileToken },
    signal: given.signal,
  });
  if (!answer.ok) throw answer.error;
  const created = createdSchema.safeParse(answer.data);
  if (!created.success) throw notReady("the import was answered without an id");
  const taskId = created.data.task_id;
  const deadline = performance.now() + given.importTimeoutMs;
  while (performance.now() < deadline) {
    const look = await lookAt(taskId, given);
    if ("task" in look) {
      const credits = ended(look.task, given.logger);
      if (credits !== undefined) return { taskId, credits };
    }
    await pause("waitMs" in look ? look.waitMs : given.pollMs, given.signal);
  }
  throw notReady("an import is not ready");
}

/** The task, or how long to wait where it could not be read. */
async function lookAt(
  taskId: string,
  { http, signal, pollMs }: Import,
): Promise<{ task: TripoTask } | { waitMs: number }> {
  const path = `tasks/${encodeURIComponent(taskId)}`;
  const call: HttpCall = { purpose: "read", method: "GET", path, signal };
  try {
    const answer = await callTripo(http, call);
    // A key that was revoked: waiting cures nothing, and its operator has to know.
    if (!answer.ok && answer.error.operator) throw answer.error;
    if (!answer.ok) return { waitMs: answer.error.retryAfterMs ?? pollMs };
    const task = taskSchema.safeParse(answer.data);
    return task.success ? { task: task.data } : { waitMs: pollMs };
  } catch (error) {
    if (signal.aborted || !isProviderError(error) || error.operator) throw error;
    return { waitMs: pollMs };
  }
}

/** What it cost, once it is there; nothing while it goes on. */
function ended(task: TripoTask, logger: Logger): number | undefined {
  const status = statusOf(task.status);
  switch (status) {
    case undefined:
      logger.warn({ provider: "tripo", status: slug(task.status) ?? "unreadable" }, "unknown task status");
      return undefined;
    case "queued":
    case "running":
      return undefined;
    case "success":
      return task.credits_consumed ?? 0;
    default: {
      const { code, message } = failedTask(status, task.error_code);
      if (code !== "content_rejected")
        throw new ProviderError("asset_unusable", { outcome: "refused", message });
      throw new ProviderError(code, { outcome: "refused", message, details: { stage: "input" } });
    }
  }
}

function notReady(why: string): ProviderError {
  return brokenCall({ vendor: "tripo", purpose: "prepare", why });
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, ms);
    function done() {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    }
    signal.addEventListener("abort", done);
    if (signal.aborted) done();
  });
}
