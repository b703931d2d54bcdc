import type { EventSourceMessage } from "eventsource-parser";
import type { Presence } from "./connection.ts";
import { isGenbffError } from "./errors.ts";
import { readEvents, SilentStream } from "./event-stream.ts";
import { backoffMs, pause } from "./pause.ts";
import { isPassing } from "./read-failure.ts";
import type { SharedWatches } from "./shared-watches.ts";
import type { StreamHealth } from "./stream-health.ts";
import type { Transport } from "./transport.ts";

/** What is watched: how its events are read, and how it is asked for where there are none. */
export interface Source<Item> {
  readonly streamPath: string;
  /** What is new in a message. */
  read(message: EventSourceMessage): Item[];
  /** What is new now, and when to ask again. With `mayWait` the server may answer only when there is news. */
  poll(options: PollOptions): Promise<{ items: Item[]; nextMs: number }>;
  /** Whether nothing more will come. */
  ended(): boolean;
}

/** How a source is polled. */
interface PollOptions {
  mayWait: boolean;
  signal: AbortSignal | undefined;
}

/** What a watch tells. */
export type Watched<Item> =
  | { type: "item"; item: Item }
  | { type: "connection"; state: "open" }
  | { type: "connection"; state: "reconnecting"; retryInMs: number };

/** The times of a watch, in ms. Tests shorten them. */
export interface WatchTimes {
  /** A stream without a byte for this long is held back by something in between. */
  firstByteMs: number;
  /** Nearly three heartbeats of the server. */
  silenceMs: number;
  /** Before a stream that ended is opened again, unless the server says otherwise. */
  reopenMs: number;
  /** Before the first try after touch was lost; doubles up to `retryMaxMs`. */
  retryMs: number;
  retryMaxMs: number;
  /** How long to keep away from streams that were refused, and from those that are held back. */
  refusedMs: number;
  heldBackMs: number;
}

export const watchTimes: WatchTimes = {
  firstByteMs: 8000,
  silenceMs: 40_000,
  reopenMs: 1000,
  retryMs: 1000,
  retryMaxMs: 15_000,
  refusedMs: 60_000,
  heldBackMs: 600_000,
};

/** What every watch of a client shares. */
export interface WatchContext {
  transport: Transport;
  connection: { join(): Presence };
  streams: StreamHealth;
  shared: SharedWatches;
  times: WatchTimes;
}

/** A stream that is cut this often without news is not worth it. */
const cutsMax = 3;

/**
 * Tells what is new until the source has ended or the signal is aborted.
 *
 * A stream where it can be had. One that ends or is cut is taken up where it was left; one that cannot be opened, or
 * stays silent, gives way to polling at once, and only when that fails too is touch lost and said to be lost.
 */
export async function* watch<Item>(
  source: Source<Item>,
  context: WatchContext,
  signal: AbortSignal | undefined,
): AsyncGenerator<Watched<Item>, void, void> {
  const { streams, times } = context;
  const presence = context.connection.join();
  const stream = createStreamFollower(source, context, signal);
  let inTouch = false;
  let failures = 0;
  const touched = function* (): Generator<Watched<Item>> {
    failures = 0;
    presence.opened();
    if (!inTouch) yield { type: "connection", state: "open" };
    inTouch = true;
  };

  try {
    while (!source.ended() && !signal?.aborted) {
      let refusal: unknown;
      if (streams.usable()) {
        const end = yield* stream.follow(touched);
        if (source.ended() || signal?.aborted) return;
        if (end.how === "again") {
          await quietPause(end.afterMs, signal);
          continue;
        }
        refusal = end.why;
      }
      try {
        const { items, nextMs } = await source.poll({ mayWait: inTouch && refusal === undefined, signal });
        if (refusal !== undefined) streams.avoid(avoidMs(refusal, times));
        yield* touched();
        for (const item of items) yield { type: "item", item };
        if (!source.ended()) await quietPause(nextMs, signal);
      } catch (error) {
        if (signal?.aborted) return;
        if (!isGenbffError(error) || !isPassing(error)) throw error;
        failures += 1;
        const delayMs = Math.max(
          error.retryAfterMs ?? 0,
          backoffMs(failures, times.retryMs, times.retryMaxMs),
        );
        inTouch = false;
        yield { type: "connection", state: "reconnecting", retryInMs: delayMs };
        await presence.waitToRetry(delayMs, signal);
      }
    }
  } finally {
    presence.left();
  }
}

type StreamEnd = { how: "again"; afterMs: number } | { how: "refused"; why: unknown };

function createStreamFollower<Item>(
  source: Source<Item>,
  { transport, streams, times }: WatchContext,
  signal: AbortSignal | undefined,
) {
  let lastEventId: string | undefined;
  let reopenMs = times.reopenMs;
  let endsWithoutNews = 0;
  let cutsWithoutNews = 0;

  /** Tells what one stream says, and afterwards how it ended. */
  async function* follow(
    touched: () => Generator<Watched<Item>>,
  ): AsyncGenerator<Watched<Item>, StreamEnd, void> {
    let opened = false;
    let alive = false;
    endsWithoutNews += 1;
    cutsWithoutNews += 1;
    try {
      const body = await transport.openStream(source.streamPath, {
        lastEventId,
        timeoutMs: times.firstByteMs,
        signal,
      });
      opened = true;
      yield* touched();
      // A host that was once seen not to hold bytes back may well have nothing to say yet.
      const firstByteMs = streams.isProven() ? times.silenceMs : times.firstByteMs;
      for await (const event of readEvents(body, { firstByteMs, betweenMs: times.silenceMs }, signal)) {
        if (event.type === "retry") reopenMs = event.retryMs;
        if (event.type === "alive") {
          alive = true;
          streams.proven();
        }
        if (event.type !== "message") continue;
        const items = source.read(event.message);
        if (items.length > 0) endsWithoutNews = cutsWithoutNews = 0;
        for (const item of items) yield { type: "item", item };
        // Only now: what was not handed over would be missing after a cut.
        if (event.message.id !== undefined) lastEventId = event.message.id;
        if (source.ended()) break;
      }
      if (!alive) return { how: "refused", why: new SilentStream("The stream ended without a byte.") };
      return { how: "again", afterMs: reopenMs * Math.min(1 + endsWithoutNews, 5) };
    } catch (error) {
      // A cut may take bytes with it that had already arrived: `alive` would be too much to ask.
      const wasCut = opened && (alive || !(error instanceof SilentStream));
      if (!wasCut || cutsWithoutNews >= cutsMax) return { how: "refused", why: error };
      return { how: "again", afterMs: backoffMs(1, times.reopenMs / 2, times.reopenMs / 2) };
    }
  }

  return { follow };
}

/** A silent stream is silent for everybody on this host; a refusal may pass. */
function avoidMs(refusal: unknown, times: WatchTimes): number {
  return refusal instanceof SilentStream ? times.heldBackMs : times.refusedMs;
}

/** An abort ends the pause; whoever loops looks at the signal. */
async function quietPause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  await pause(ms, signal).catch(() => undefined);
}
