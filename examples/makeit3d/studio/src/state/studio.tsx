import type { OperationList } from "@genbff/client-sdk";
import { createContext, type ReactNode, use, useCallback, useEffect, useMemo, useRef, useState } from "react";
import type { StudioClient } from "../api/client.ts";
import { changed, type Draft, emptyDraft, type Source, sourceId } from "../composer/draft.ts";
import { sourceAt } from "../composer/source-at.ts";
import { type Bringing, useBring } from "../composer/use-bring.ts";
import { type Extras, useExtras } from "../composer/use-extras.ts";
import { useSay } from "../shell/live-region.tsx";
import { type Step, stepsOf } from "../table/steps.ts";
import { announcement } from "./announcement.ts";
import { newTaskId, useTaskPlace } from "./task-place.ts";
import { useCatalogue } from "./use-catalogue.ts";
import { type Line, useLine } from "./use-line.ts";
import { type Money, useMoney } from "./use-money.ts";
import { type Sheet, useSheet } from "./use-sheet.ts";
import { type Shelf, useShelf } from "./use-shelf.ts";
import { type Table, useTable } from "./use-table.ts";

/** Everything that the parts of the page share. */
export interface Studio {
  client: StudioClient;
  say: (text: string) => void;
  catalogue: OperationList | null;
  money: Money;
  shelf: Shelf;
  line: Line;
  taskId: string | null;
  goTo: (taskId: string) => void;
  newTable: () => void;
  table: Table;
  steps: Step[];
  /** The generation that was started last: it is laid down where people see it. */
  freshId: string | null;
  /** Tells that a generation was started: look at the server again. */
  started: (generationId: string) => void;
  draft: Draft;
  change: (changes: Partial<Draft>) => void;
  bringing: Bringing;
  extras: Extras;
  clearSource: () => void;
  /** The composer on a phone: a sheet from below. */
  sheet: Sheet;
}

const Context = createContext<Studio | null>(null);

export function useStudio(): Studio {
  const studio = use(Context);
  if (!studio) throw new Error("useStudio is used outside of StudioProvider");
  return studio;
}

export function StudioProvider({ client, children }: { client: StudioClient; children: ReactNode }) {
  const say = useSay();
  const catalogue = useCatalogue(client);
  const money = useMoney(client);
  const shelf = useShelf(client);
  const line = useLine(client, say);
  const [taskId, goTo] = useTaskPlace();
  const sheet = useSheet();
  const [freshId, setFreshId] = useState<string | null>(null);

  const { refresh: refreshShelf } = shelf;
  const { refresh: refreshMoney } = money;
  const onChange = useCallback<Parameters<typeof useTable>[3]>(
    (before, now) => {
      const text = announcement(before, now);
      if (text) say(text);
      if (now.next_poll_ms === null) {
        void refreshShelf();
        void refreshMoney();
      }
    },
    [say, refreshShelf, refreshMoney],
  );
  const { table, refresh } = useTable(client, taskId, money, onChange);
  const steps = useMemo(
    () => (table.state === "ready" && catalogue ? stepsOf(table.tree, catalogue) : []),
    [table, catalogue],
  );

  const [draft, setDraft] = useState(emptyDraft);
  const change = useCallback((changes: Partial<Draft>) => setDraft((before) => changed(before, changes)), []);
  const setSource = useCallback((source: Source | null) => {
    setDraft((before) =>
      changed(before, {
        source,
        // A file that comes by itself is for making something of it.
        ...(before.source === null && source ? takingFiles(before.operation) : {}),
      }),
    );
  }, []);
  const bringing = useBring(client, taskId, setSource, refresh);
  const { stop } = bringing;
  const extras = useExtras(client, taskId, sourceId(draft), setDraft, refresh);
  const clearSource = useCallback(() => {
    stop();
    setSource(null);
  }, [stop, setSource]);

  useFirstPlace(taskId, shelf, goTo);
  useNewestInput(catalogue ? taskId : null, table, steps, setSource);
  useReturn(refreshShelf, refreshMoney);

  const newTable = useCallback(() => {
    setDraft(emptyDraft);
    goTo(newTaskId());
    requestAnimationFrame(() => document.querySelector<HTMLElement>("#board")?.focus());
  }, [goTo]);
  const { hide } = sheet;
  const started = useCallback(
    (generationId: string) => {
      setFreshId(generationId);
      hide();
      refresh();
      void refreshShelf();
      void refreshMoney();
    },
    [hide, refresh, refreshShelf, refreshMoney],
  );

  const studio = {
    client,
    say,
    catalogue,
    money,
    shelf,
    line,
    taskId,
    goTo,
    newTable,
    table,
    steps,
    freshId,
    started,
    draft,
    change,
    bringing,
    extras,
    clearSource,
    sheet,
  };
  return <Context value={studio}>{children}</Context>;
}

function takingFiles(operation: string): Partial<Draft> {
  return operation.startsWith("text-to-") ? { operation: "image-to-image" } : {};
}

/** Without a place in the address: the newest piece of work, else an empty table. */
function useFirstPlace(
  taskId: string | null,
  shelf: Shelf,
  goTo: (taskId: string, how?: "replace") => void,
): void {
  const { tasks } = shelf;
  useEffect(() => {
    if (taskId === null && tasks !== null) goTo(tasks[0]?.task_id ?? newTaskId(), "replace");
  }, [taskId, tasks, goTo]);
}

/** Somebody who comes back to the page sees what is true now; small prints with old addresses are renewed. */
function useReturn(...refreshes: (() => Promise<void>)[]): void {
  const latest = useRef(refreshes);
  useEffect(() => {
    latest.current = refreshes;
  });
  useEffect(() => {
    const onVisible = () => {
      if (document.visibilityState === "visible") for (const refresh of latest.current) void refresh();
    };
    document.addEventListener("visibilitychange", onVisible);
    return () => document.removeEventListener("visibilitychange", onVisible);
  }, []);
}

/** After a reload, a photo that nothing was made of yet lies in the drop zone again. */
function useNewestInput(
  taskId: string | null,
  table: Table,
  steps: Step[],
  setSource: (source: Source | null) => void,
): void {
  const seen = useRef<string | null>(null);
  useEffect(() => {
    if (taskId === null || table.state === "loading" || seen.current === taskId) return;
    const before = seen.current;
    seen.current = taskId;
    if (steps.some((step) => step.kind !== "input")) {
      if (before !== null) setSource(null);
      return;
    }
    const newest = steps.findLast((step) => step.kind === "input");
    if (newest) setSource(sourceAt(newest, 0));
  }, [taskId, table, steps, setSource]);
}
