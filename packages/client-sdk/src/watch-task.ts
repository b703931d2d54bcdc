import { createNewerOnly, hasEnded } from "./newer-only.ts";
import type { TaskUpdate } from "./task.ts";
import { type Source, type WatchContext, watch } from "./watch.ts";
import type { Balance, GenerationStatus, PreviewEvent, TaskTree } from "./wire.ts";

type News = Extract<TaskUpdate, { type: "generation" | "balance" }>;

/** Without a stream: how often to look at a task in which nothing is being made. */
const idlePollMs = 5000;

/**
 * Every change of a task's generations, of the wallet and of the connection, until the signal is aborted. Whoever
 * watches the same task shares a stream.
 */
export function watchTask(
  taskId: string,
  context: WatchContext,
  signal: AbortSignal | undefined,
): AsyncGenerator<TaskUpdate, void, void> {
  const open = async function* (until: AbortSignal): AsyncGenerator<TaskUpdate, void, void> {
    for await (const told of watch(taskSource(taskId, context), context, until)) {
      yield told.type === "item" ? told.item : told;
    }
  };
  const subjectOf = (update: TaskUpdate) =>
    update.type === "generation" ? update.generation.generation_id : update.type;
  return context.shared.join({ key: `task ${taskId}`, open, subjectOf }, signal);
}

function taskSource(taskId: string, { transport }: WatchContext): Source<News> {
  const path = `/tasks/${encodeURIComponent(taskId)}`;
  const newerOnly = createNewerOnly();
  let lastBalance = "";

  const news = (statuses: GenerationStatus[]): News[] =>
    statuses.map((generation) => ({ type: "generation", generation }));
  const takeGeneration = (status: GenerationStatus) => news(newerOnly.take(status));
  const takeBalance = (balance: Balance): News[] => {
    const text = JSON.stringify(balance);
    if (text === lastBalance) return [];
    lastBalance = text;
    return [{ type: "balance", balance }];
  };

  return {
    streamPath: `${path}/events`,
    ended: () => false,
    read({ event, data }) {
      if (event === "generation") return takeGeneration(JSON.parse(data) as GenerationStatus);
      if (event === "preview") return news(newerOnly.takePreview(JSON.parse(data) as PreviewEvent));
      if (event === "balance") return takeBalance(JSON.parse(data) as Balance);
      return [];
    },
    async poll({ signal }) {
      const tree = await transport.call<TaskTree>({ path, signal });
      const items = tree.generations.flatMap(takeGeneration);
      if (items.length > 0) {
        items.push(...takeBalance(await transport.call<Balance>({ path: "/credits/balance", signal })));
      }
      const paces = tree.generations.flatMap((one) => (hasEnded(one) ? [] : [one.next_poll_ms ?? 2000]));
      return { items, nextMs: Math.max(500, Math.min(idlePollMs, ...paces)) };
    },
  };
}
