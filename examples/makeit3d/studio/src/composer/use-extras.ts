import { type Dispatch, type SetStateAction, useCallback, useEffect, useMemo, useRef } from "react";
import type { StudioClient } from "../api/client.ts";
import { type Brought, bringFile } from "./bring-file.ts";
import type { Draft, Source } from "./draft.ts";

/** What belongs to the picture in the drop zone: a mark on it, and its other sides. */
export interface Extras {
  bringMask: (file: File, note: string) => void;
  clearMask: () => void;
  /** Lays a picture in the place of a side, 0 for the left one: a new one, or one that is there already. */
  bringSide: (at: number, file: File) => void;
  setSide: (at: number, side: Source) => void;
  /** Takes the last side away: their order says which they are. */
  removeLastSide: () => void;
}

/** Brings them to the server, and stops what is on its way once they belong to nothing any more. */
export function useExtras(
  client: StudioClient,
  taskId: string | null,
  sourceId: string | null,
  setDraft: Dispatch<SetStateAction<Draft>>,
  arrived: () => void,
): Extras {
  const running = useRef(new Map<string, AbortController>());
  useEffect(() => {
    const all = running.current;
    // Read, so that another picture ends what was brought for the last one.
    void sourceId;
    return () => {
      for (const one of all.values()) one.abort();
      all.clear();
    };
  }, [sourceId]);
  const start = useCallback(
    (key: string, brought: Brought, shown: (source: Source) => void) => {
      running.current.get(key)?.abort();
      const mine = new AbortController();
      running.current.set(key, mine);
      return bringFile(client, brought, mine.signal, shown);
    },
    [client],
  );
  return useMemo(() => {
    const stop = (key: string) => running.current.get(key)?.abort();
    const setSide = (at: number, side: Source) =>
      setDraft((draft) => ({
        ...draft,
        sides: at < draft.sides.length ? draft.sides.with(at, side) : [...draft.sides, side],
      }));
    return {
      bringMask: (file, note) =>
        // A tool, no print: it lies on no table.
        void start("mask", { name: file.name, note, read: async () => file }, (mask) =>
          setDraft((draft) => ({ ...draft, mask })),
        ),
      clearMask: () => {
        stop("mask");
        setDraft((draft) => ({ ...draft, mask: null, marks: [] }));
      },
      bringSide: async (at, file) => {
        const brought = { name: file.name, taskId: taskId ?? undefined, read: async () => file };
        if (await start(`side ${at}`, brought, (side) => setSide(at, side))) arrived();
      },
      setSide: (at, side) => {
        stop(`side ${at}`);
        setSide(at, side);
      },
      removeLastSide: () =>
        setDraft((draft) => {
          stop(`side ${draft.sides.length - 1}`);
          return { ...draft, sides: draft.sides.slice(0, -1) };
        }),
    };
  }, [start, taskId, setDraft, arrived]);
}
