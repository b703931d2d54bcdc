import { isGenbffError } from "@genbff/client-sdk";
import { useCallback, useEffect, useRef } from "react";
import type { StudioClient } from "../api/client.ts";
import { sentenceOf } from "../api/sentence.ts";
import { dimensions } from "../shell/words.ts";
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
    async (name: string, note: string | undefined, read: (signal: AbortSignal) => Promise<Blob>) => {
      stop();
      const mine = new AbortController();
      running.current = mine;
      const show = (source: Source) => {
        if (!mine.signal.aborted) setSource(source);
      };
      show({ state: "uploading", name, percent: 0 });
      try {
        const file = await read(mine.signal);
        const kept = await client.upload(file, {
          taskId: taskId ?? undefined,
          signal: mine.signal,
          onProgress: ({ sentBytes, totalBytes }) =>
            show({
              state: "uploading",
              name,
              percent: totalBytes ? Math.floor((100 * sentBytes) / totalBytes) : 0,
            }),
        });
        show({
          state: "ready",
          id: kept.input_asset_id,
          url: kept.asset_url,
          kind: kept.content_type.startsWith("model/") ? "model" : "image",
          name,
          note: note ?? dimensions(kept),
        });
        if (!mine.signal.aborted) arrived();
      } catch (error) {
        show({ state: "damaged", sentence: reasonOf(error) });
      }
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

function reasonOf(error: unknown): string {
  if (isGenbffError(error, "asset_unusable"))
    return "This file is damaged or of another kind, so nothing was kept. Choose another.";
  if (isGenbffError(error, "validation_failed", "unsupported_media_type"))
    return "This kind of file cannot be used. Choose a PNG, JPEG or WebP picture.";
  return sentenceOf(error);
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
