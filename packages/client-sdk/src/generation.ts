import type { CallOptions } from "./client.ts";
import type { GenerationError } from "./errors.ts";
import { hasEnded } from "./newer-only.ts";
import { postOnce } from "./post-once.ts";
import { failureOfGeneration } from "./read-failure.ts";
import type { WatchContext } from "./watch.ts";
import { watchGeneration } from "./watch-generation.ts";
import type { Cancelled, GenerationCreated, GenerationStatus } from "./wire.ts";

/** How a generation ended. */
export type Settled<Result> = { ok: true; result: Result } | { ok: false; error: GenerationError };

/** One AI step: watch it, wait for it, stop it. It runs on the server whether anybody watches or not. */
export interface Generation<Result> {
  readonly id: string;
  /** Known at once after `generate`; after `generation(id)`, from the first status on. */
  readonly taskId: string | undefined;
  /** What is true now. */
  status(options?: CallOptions): Promise<GenerationStatus>;
  /**
   * Every change until the end, beginning with what is true now. Each version comes at most once, in order, and
   * progress never falls; the final one is the last.
   *
   * Streams where it can, else polls, and gets over interruptions by itself. However often a generation is watched at
   * the same time by one client, there is one stream of it; whoever comes later begins with what is true then.
   * Rejects only where trying again is useless, e.g. `not_found` or `unauthenticated`; ends quietly when `signal`
   * is aborted.
   */
  updates(options?: CallOptions): AsyncIterable<GenerationStatus>;
  /** Waits for the end. Rejects with a `GenerationError` where there is no result. */
  result(options?: CallOptions): Promise<Result>;
  /** Waits for the end, and tells a failed or cancelled generation as a value. */
  settled(options?: CallOptions): Promise<Settled<Result>>;
  /** Asks for the end. A vendor that cannot stop runs to its end and is charged as delivered: look at `status`. */
  cancel(options?: CallOptions): Promise<Cancelled>;
  /** Starts a new generation with the same input, for its price. Never buys twice for one call. */
  retry(options?: CallOptions & { idempotencyKey?: string | undefined }): Promise<Generation<Result>>;
}

/** What is known of a generation when its handle is made. */
export type Known = { id: string; taskId?: string; status?: GenerationStatus };

/** The URLs in an old status may have expired: after this it is asked for again. */
const freshForMs = 60_000;

/** The handle of one generation. */
export function createGeneration<Result>(known: Known, context: WatchContext): Generation<Result> {
  const { transport } = context;
  const path = encodeURIComponent(known.id);
  let taskId = known.taskId;
  let end: { status: GenerationStatus; atMs: number } | undefined;

  const remember = (status: GenerationStatus): GenerationStatus => {
    taskId = status.task_id;
    if (hasEnded(status)) end = { status, atMs: Date.now() };
    return status;
  };
  if (known.status) remember(known.status);

  const freshEnd = () => (end && Date.now() - end.atMs < freshForMs ? end.status : undefined);
  async function* updates(options: CallOptions = {}): AsyncGenerator<GenerationStatus, void, void> {
    const ended = freshEnd();
    if (ended) return yield ended;
    for await (const status of watchGeneration(known.id, context, options.signal)) yield remember(status);
  }
  const settled = async (options: CallOptions = {}): Promise<Settled<Result>> => {
    let last: GenerationStatus | undefined;
    for await (const status of updates(options)) last = status;
    if (!last || !hasEnded(last)) throw options.signal?.reason;
    if (last.status === "complete") return { ok: true, result: resultOf(last) as Result };
    return { ok: false, error: failureOfGeneration(last) };
  };

  return {
    id: known.id,
    get taskId() {
      return taskId;
    },
    async status(options = {}) {
      const call = { path: `/tasks/${path}/status`, repeat: true, signal: options.signal };
      return remember(await transport.call<GenerationStatus>(call));
    },
    updates,
    settled,
    async result(options) {
      const outcome = await settled(options);
      if (outcome.ok) return outcome.result;
      throw outcome.error;
    },
    cancel: (options = {}) =>
      transport.call({ method: "POST", path: `/generations/${path}/cancel`, signal: options.signal }),
    async retry(options = {}) {
      const answer = await postOnce<GenerationCreated>(transport, {
        path: `/generations/${path}/retry`,
        idempotencyKey: options.idempotencyKey,
        signal: options.signal,
      });
      return createGeneration({ id: answer.generation_id, taskId: answer.task_id }, context);
    },
  };
}

/** An operation gives files, or JSON that is kept on the generation. */
function resultOf(status: GenerationStatus & { json?: unknown }): unknown {
  if (status.json !== undefined && status.json !== null) return { json: status.json };
  return { assets: status.assets, failures: status.failures };
}
