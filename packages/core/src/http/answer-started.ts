import { sqlStateOf } from "../database/sql-error.ts";
import { AppError, isAppError } from "../errors/app-error.ts";
import type { StoredGeneration } from "../events/stored-generation.ts";
import type { Started } from "../generations/start.ts";
import type { Call, Caller } from "./call.ts";
import { linksOf } from "./links.ts";
import { waitForNews } from "./long-poll.ts";
import { preferredWaitS } from "./prefer-wait.ts";
import { rateHeaders } from "./rate-headers.ts";
import { json } from "./respond.ts";
import { showGeneration } from "./sign-urls.ts";

/** What of a call the answer needs. */
type StartCall = Pick<Call, "context" | "request" | "watcher"> & { readonly caller: Caller };

const lockTimeout = "55P03";

/**
 * Runs what starts a generation, and tells a lock that was not given in time from a database that is down.
 *
 * @throws AppError `idempotency_in_progress` - the first request with this key has not ended.
 */
export async function whileKeyIsBusy<Result>(
  key: string | undefined,
  start: () => Promise<Result>,
): Promise<Result> {
  try {
    return await start();
  } catch (error) {
    if (key === undefined || !isAppError(error, "unavailable") || sqlStateOf(error) !== lockTimeout)
      throw error;
    throw new AppError("idempotency_in_progress", { details: { retry_after_s: 1 }, cause: error });
  }
}

/** What tells a repeat's answer from the first one. */
export function replayedHeader(replayed: boolean): Record<string, string> {
  return replayed ? { "idempotency-replayed": "true" } : {};
}

/** `202` with where to look, or after `Prefer: wait` the end itself. */
export async function answerStarted(call: StartCall, started: Started): Promise<Response> {
  const links = linksOf(call.context, started.generation_id);
  const headers = {
    location: links.status_url,
    ...rateHeaders(started.rate),
    ...replayedHeader(started.replayed),
  };
  const ended = await waitAsPreferred(call, started);
  if (ended !== undefined) {
    const applied = { ...headers, "preference-applied": `wait=${preferredWaitS(call.request)}` };
    return json(200, await showGeneration(call.context.storage, ended), applied);
  }
  const { task_id, generation_id, status, held } = started;
  return json(202, { task_id, generation_id, status, credits: { held }, ...links }, headers);
}

/** The generation, if the client wanted to wait and it ended in time. */
async function waitAsPreferred(
  { context, caller, request, watcher }: StartCall,
  started: Started,
): Promise<StoredGeneration | undefined> {
  const waitS = preferredWaitS(request);
  if (waitS === 0) return undefined;
  const found = await context.database.call("genbff_status", {
    p_user_id: caller.userId,
    p_id: started.generation_id,
  });
  const latest = await waitForNews({
    watcher,
    clock: context.clock,
    userId: caller.userId,
    stored: found as unknown as StoredGeneration,
    waitMs: waitS * 1000,
    until: (stored) => stored.completed_at !== null,
    signals: [request.signal, context.closing],
  });
  return latest.completed_at === null ? undefined : latest;
}
