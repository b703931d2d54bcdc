import type { Http } from "../shared/http.ts";
import { brokenCall } from "../shared/transport-error.ts";
import { callTripo } from "./call.ts";
import { readTaskList, type TripoTask } from "./wire.ts";

/** As many as the vendor tells in one answer. */
const idsMax = 100;

/** What the vendor says of many tasks. One that is in neither could not be read. */
export interface ReadTasks {
  readonly tasks: ReadonlyMap<string, TripoTask>;
  /** The vendor has no such task for our key. */
  readonly missed: ReadonlySet<string>;
}

/**
 * Reads many tasks, a hundred with each call. A call that fails leaves its tasks unread.
 *
 * @throws ProviderError `provider_unavailable` - outcome `not_sent`: every call failed, or it was told to stop.
 */
export async function readTasks(http: Http, ids: readonly string[], signal: AbortSignal): Promise<ReadTasks> {
  const tasks = new Map<string, TripoTask>();
  const missed = new Set<string>();
  let [calls, failures] = [0, 0];
  for (let at = 0; at < ids.length; at += idsMax) {
    calls++;
    try {
      const list = await readSome(http, ids.slice(at, at + idsMax), signal);
      for (const [id, task] of list.tasks) tasks.set(id, task);
      for (const id of list.missed) missed.add(id);
    } catch (error) {
      failures++;
      if (signal.aborted || (failures === calls && at + idsMax >= ids.length)) throw error;
    }
  }
  return { tasks, missed };
}

async function readSome(http: Http, ids: readonly string[], signal: AbortSignal) {
  const answer = await callTripo(http, {
    purpose: "read",
    method: "POST",
    path: "tasks/list",
    json: { task_ids: [...ids] },
    signal,
  });
  if (!answer.ok) throw answer.error;
  const list = readTaskList(answer.data);
  if (!list) throw brokenCall({ vendor: "tripo", purpose: "read", why: "the tasks cannot be read" });
  return list;
}
