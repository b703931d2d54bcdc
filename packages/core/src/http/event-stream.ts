import type { GenerationStatus } from "../contract/generation.ts";
import type { StoredGeneration } from "../events/stored-generation.ts";
import type { WatchedEvent, WatchNews, WatchTarget } from "../events/watcher.ts";
import type { ObjectStore } from "../storage/port.ts";
import type { Call } from "./call.ts";
import { showGeneration, showPreview } from "./sign-urls.ts";
import { createSseWriter } from "./sse-writer.ts";

/** Where a stream starts: `genbff_stream`. */
interface StreamStart {
  readonly task_id: string;
  readonly generation_id: string | null;
  /** Of the newest event. */
  readonly last_id: number;
  readonly ended: boolean;
  /** Everything after the id that the reader saw last is still there to be told. */
  readonly resumes: boolean;
  /** Each generation as it is now, as its latest event tells it where that is not swept. */
  readonly events: readonly WatchedEvent[];
}

const heartbeatMs = 15_000;
const retryMs = 1000;
const streamHeaders = {
  "content-type": "text/event-stream",
  "cache-control": "no-store",
  "x-accel-buffering": "no",
};

/** What the watcher has read is told to every stream of the same thing: its URLs are signed once for all of them. */
const shown = new WeakMap<StoredGeneration, Promise<GenerationStatus>>();
function showOnce(storage: ObjectStore, stored: StoredGeneration): Promise<GenerationStatus> {
  const showing = shown.get(stored) ?? showGeneration(storage, stored);
  shown.set(stored, showing);
  return showing;
}

/**
 * Answers with the events of a generation, `id:` its version, or of a task, `id:` the task's counter.
 *
 * Begins with what is true now, or after `Last-Event-ID`; an id that never was, or of whose followers some are swept,
 * begins with what is true now.
 * A generation's stream ends after its last event; a task's stays open. Both end when the token does, and at once on a
 * host that hands over whole answers only: its readers come back after `retry`.
 *
 * @throws AppError `not_found`, `rate_limited`.
 */
export async function streamEvents(call: Call<"events">, id: string): Promise<Response> {
  const { context, caller, request } = call;
  const seen = seenLast(request);
  const args = { p_user_id: caller.userId, p_id: id, p_after: seen ?? null };
  const start = (await context.database.call("genbff_stream", args)) as unknown as StreamStart;
  const resumed = start.resumes ? seen : undefined;
  // Nothing is left to tell. 204 is how a browser's EventSource learns not to come back.
  if (start.ended && resumed === start.last_id) return new Response(null, { status: 204 });

  for (const { snapshot } of start.events)
    if (snapshot.completed_at === null) context.engine.asked?.(snapshot.generation_id);

  const ofTask = start.generation_id === null;
  const cleanUps: (() => void)[] = [];
  const writer = createSseWriter((why) => {
    for (const cleanUp of cleanUps) cleanUp();
    if (why !== undefined)
      context.logger.info({ taskId: start.task_id }, `A reader of a stream was ${why}, and is dropped`);
  }, context.clock);
  // URLs are signed between reading and writing; one after the other, so that the order stays.
  let written: Promise<void> = Promise.resolve();
  /** What begins a stream is whole, whatever the last version was about. */
  const tell = ({ events, balance }: WatchNews, whole = false) => {
    written = written.then(async () => {
      for (const { seq, version, snapshot } of events) {
        const id = ofTask ? seq : version;
        const { preview } = snapshot;
        if (preview !== undefined && !whole)
          writer.event("preview", await showPreview(context.storage, snapshot, preview), id);
        else writer.event("generation", await showOnce(context.storage, snapshot), id);
        if (!ofTask && snapshot.completed_at !== null) writer.end();
      }
      if (balance !== undefined) writer.event("balance", balance);
    });
    written = written.catch((error: unknown) => {
      context.logger.error({ error }, "An event could not be written");
      writer.end();
    });
  };

  cleanUps.push(
    call.streams.add({
      userId: caller.userId,
      beat(now) {
        if (now >= caller.expiresAt || request.signal.aborted) writer.end();
        else if (now - writer.writtenAt >= heartbeatMs) writer.comment("");
      },
      close() {
        writer.retry(retryMs);
        writer.end();
      },
    }),
  );
  writer.retry(retryMs);
  if (call.buffers) {
    // Whoever has read up to here is told what is true of everything that has changed since, not each step of it.
    const idOf = ({ seq, version }: WatchedEvent) => (ofTask ? seq : version);
    const events = start.events.filter((event) => resumed === undefined || idOf(event) > resumed);
    tell({ events, balance: undefined }, true);
    void written.then(() => writer.end());
    return new Response(writer.body, { headers: streamHeaders });
  }
  if (resumed === undefined) tell({ events: start.events, balance: undefined }, true);
  const target: WatchTarget = {
    userId: caller.userId,
    taskId: start.task_id,
    generationId: start.generation_id,
    walletId: ofTask ? caller.walletId : null,
  };
  if (!start.ended || resumed !== undefined)
    cleanUps.push(call.watcher.watch(target, resumed ?? start.last_id, (news) => tell(news)));
  return new Response(writer.body, { headers: streamHeaders });
}

/** The id of the event that the reader saw last; undefined where it is none. */
function seenLast(request: Request): number | undefined {
  const id = request.headers.get("last-event-id");
  return id !== null && /^\d{1,15}$/.test(id) ? Number(id) : undefined;
}
