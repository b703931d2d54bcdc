import { isGenbffError } from "./errors.ts";
import { createNewerOnly, hasEnded } from "./newer-only.ts";
import { type Source, type WatchContext, watch } from "./watch.ts";
import type { GenerationStatus, PreviewEvent } from "./wire.ts";

const longPollS = 20;

/** Every new version of one generation, until its end. Whoever watches the same one shares a stream. */
export function watchGeneration(
  id: string,
  context: WatchContext,
  signal: AbortSignal | undefined,
): AsyncGenerator<GenerationStatus, void, void> {
  const open = async function* (until: AbortSignal) {
    for await (const told of watch(generationSource(id, context), context, until)) {
      if (told.type === "item") yield told.item;
    }
  };
  return context.shared.join({ key: `generation ${id}`, open, subjectOf: () => id }, signal);
}

function generationSource(id: string, { transport }: WatchContext): Source<GenerationStatus> {
  const path = encodeURIComponent(id);
  const newerOnly = createNewerOnly();
  let ended = false;
  let version: number | undefined;
  let longPoll = true;

  const keep = (news: GenerationStatus[]): GenerationStatus[] => {
    for (const fresh of news) {
      version = fresh.version;
      ended = hasEnded(fresh);
    }
    return news;
  };
  const take = (status: GenerationStatus) =>
    keep(status.generation_id === id && !ended ? newerOnly.take(status) : []);
  const ask = (waitS: number | undefined, signal: AbortSignal | undefined) =>
    transport.call<GenerationStatus>({
      path: `/tasks/${path}/status`,
      query: waitS === undefined ? {} : { wait: waitS, version },
      timeoutMs: ((waitS ?? 10) + 10) * 1000,
      signal,
    });

  return {
    streamPath: `/tasks/${path}/events`,
    read({ event, data }) {
      if (event === "generation") return take(JSON.parse(data) as GenerationStatus);
      if (event === "preview") return keep(newerOnly.takePreview(JSON.parse(data) as PreviewEvent));
      return [];
    },
    ended: () => ended,
    async poll({ mayWait, signal }) {
      const waitS = mayWait && longPoll && version !== undefined ? longPollS : undefined;
      const status = await ask(waitS, signal).catch((error: unknown) => {
        // Something in between does not let a request wait: never again in this watch.
        if (waitS === undefined || signal?.aborted || !isGenbffError(error) || error.status === 429)
          throw error;
        longPoll = false;
        return ask(undefined, signal);
      });
      const items = take(status);
      const paceMs = Math.min(Math.max(status.next_poll_ms ?? 2000, 250), 30_000);
      // News by long-poll: wait for the next at once. No news although it waited: the same. Else at the server's pace.
      return { items, nextMs: longPoll && items.length > 0 ? 0 : paceMs };
    },
  };
}
