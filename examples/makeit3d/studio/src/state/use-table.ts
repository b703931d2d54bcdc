import { type GenerationStatus, isGenbffError, type TaskTree } from "@genbff/client-sdk";
import { type Dispatch, type SetStateAction, useCallback, useEffect, useState } from "react";
import type { StudioClient } from "../api/client.ts";
import { sentenceOf } from "../api/sentence.ts";
import { isUnused, markUsed } from "./task-place.ts";
import type { Money } from "./use-money.ts";

/** What lies on the table, as the server last said it. */
export type Table =
  | { state: "loading" }
  /** The server knows nothing of this piece of work yet. */
  | { state: "empty" }
  | { state: "ready"; tree: TaskTree }
  | { state: "unreachable"; sentence: string };

export interface TableControl {
  table: Table;
  /** Looks again, and watches from there on. Ask for it when something was started. */
  refresh: () => void;
}

const retryMs = 4000;

/**
 * Reads a piece of work and watches it for as long as it is on the table.
 *
 * Everything comes from the server: after a reload the page finds what was running, and what ended meanwhile.
 */
export function useTable(
  client: StudioClient,
  taskId: string | null,
  money: Money,
  onChange: (before: GenerationStatus | undefined, now: GenerationStatus) => void,
): TableControl {
  const [kept, setKept] = useState<{ taskId: string | null; table: Table }>({
    taskId,
    table: { state: "loading" },
  });
  const [round, setRound] = useState(0);
  const { set: setBalance } = money;
  useEffect(() => {
    if (taskId === null) return;
    // `round` is read so that `refresh` begins anew.
    void round;
    const stop = new AbortController();
    const setTable: Dispatch<SetStateAction<Table>> = (next) => {
      if (stop.signal.aborted) return;
      setKept((before) => {
        const table = before.taskId === taskId ? before.table : { state: "loading" as const };
        return { taskId, table: typeof next === "function" ? next(table) : next };
      });
    };
    const watch = async () => {
      const seen = new Map<string, GenerationStatus>();
      const tree = await client.task(taskId).get({ signal: stop.signal });
      for (const generation of tree.generations) seen.set(generation.generation_id, generation);
      setTable({ state: "ready", tree });
      for await (const update of client.task(taskId).updates({ signal: stop.signal })) {
        if (update.type === "balance") setBalance(update.balance);
        if (update.type !== "generation") continue;
        const { generation } = update;
        const before = seen.get(generation.generation_id);
        seen.set(generation.generation_id, generation);
        if (before && before.version >= generation.version) continue;
        onChange(before, generation);
        if (before) setTable((table) => merged(table, generation));
        else {
          // Started elsewhere: only the tree says what it was made from.
          const tree = await client.task(taskId).get({ signal: stop.signal });
          setTable({ state: "ready", tree });
        }
      }
    };
    let timer = 0;
    const run = async () => {
      try {
        await watch();
      } catch (error) {
        if (stop.signal.aborted) return;
        if (isGenbffError(error, "not_found")) setTable({ state: "empty" });
        else {
          setTable((table) =>
            table.state === "ready" ? table : { state: "unreachable", sentence: sentenceOf(error) },
          );
          timer = window.setTimeout(() => void run(), retryMs);
        }
      }
    };
    if (isUnused(taskId)) setTable({ state: "empty" });
    else void run();
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [client, taskId, round, setBalance, onChange]);
  const refresh = useCallback(() => {
    if (taskId !== null) markUsed(taskId);
    setRound((value) => value + 1);
  }, [taskId]);
  const table: Table = kept.taskId === taskId ? kept.table : { state: "loading" };
  return { table, refresh };
}

function merged(table: Table, generation: GenerationStatus): Table {
  if (table.state !== "ready") return table;
  return {
    state: "ready",
    tree: {
      ...table.tree,
      generations: table.tree.generations.map((item) =>
        item.generation_id === generation.generation_id ? { ...item, ...generation } : item,
      ),
    },
  };
}
