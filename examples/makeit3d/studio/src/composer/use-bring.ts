import { useCallback, useEffect, useRef } from "react";
import type { StudioClient } from "../api/client.ts";
import { type Brought, bringFile } from "./bring-file.ts";
import type { Source } from "./draft.ts";

export interface Bringing {
  /** Uploads a file and lays it in the drop zone. A second file takes the place of the first. */
  bring: (file: File, note?: string) => void;
  /** Fetches one of the sample prints and brings it in. */
  bringSample: (url: string, name: string) => void;
  /** Stops what is under way. */
  stop: () => void;
}

/** Brings files to the server: from the picker, by drag and drop anywhere, or pasted. */
export function useBring(
  client: StudioClient,
  taskId: string | null,
  setSource: (source: Source | null) => void,
  arrived: () => void,
): Bringing {
  const running = useRef<AbortController | null>(null);
  const stop = useCallback(() => {
    running.current?.abort();
    running.current = null;
  }, []);
  useEffect(() => stop, [stop]);

  const upload = useCallback(
    async (name: string, note: string | undefined, read: Brought["read"]) => {
      stop();
      const mine = new AbortController();
      running.current = mine;
      const brought = { name, note, taskId: taskId ?? undefined, read };
      if (await bringFile(client, brought, mine.signal, setSource)) arrived();
    },
    [client, taskId, setSource, arrived, stop],
  );

  const bring = useCallback(
    (file: File, note?: string) => void upload(file.name, note, async () => file),
    [upload],
  );
  const bringSample = useCallback(
    (url: string, name: string) =>
      void upload(name, "Sample picture", async (signal) => {
        const blob = await (await fetch(url, { signal })).blob();
        return new File([blob], name, { type: blob.type });
      }),
    [upload],
  );
  useFilesOnThePage(bring);
  return { bring, bringSample, stop };
}

/** The whole page takes files, dropped or pasted. */
function useFilesOnThePage(bring: (file: File) => void): void {
  useEffect(() => {
    const { body } = document;
    const over = (event: DragEvent) => {
      if (!event.dataTransfer?.types.includes("Files")) return;
      event.preventDefault();
      body.classList.add("dropping");
    };
    const leave = (event: DragEvent) => {
      if (!event.relatedTarget) body.classList.remove("dropping");
    };
    const drop = (event: DragEvent) => {
      body.classList.remove("dropping");
      const file = event.dataTransfer?.files[0];
      if (!file) return;
      event.preventDefault();
      bring(file);
    };
    const paste = (event: ClipboardEvent) => {
      const file = event.clipboardData?.files[0];
      if (file) bring(file);
    };
    addEventListener("dragover", over);
    addEventListener("dragleave", leave);
    addEventListener("drop", drop);
    addEventListener("paste", paste);
    return () => {
      body.classList.remove("dropping");
      removeEventListener("dragover", over);
      removeEventListener("dragleave", leave);
      removeEventListener("drop", drop);
      removeEventListener("paste", paste);
    };
  }, [bring]);
}
