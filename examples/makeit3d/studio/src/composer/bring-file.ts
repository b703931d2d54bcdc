import { isGenbffError } from "@genbff/client-sdk";
import type { StudioClient } from "../api/client.ts";
import { sentenceOf } from "../api/sentence.ts";
import { dimensions } from "../shell/words.ts";
import type { Source } from "./draft.ts";

/** A file that is on its way to the server. */
export interface Brought {
  name: string;
  /** Said under its name; else its size in pixels. */
  note?: string | undefined;
  /** The piece of work on whose table it lies; without one it lies on none. */
  taskId?: string | undefined;
  read: (signal: AbortSignal) => Promise<Blob>;
}

/** Takes a file to the server, and shows how it goes, until it is stopped. Resolves to whether it arrived. */
export async function bringFile(
  client: StudioClient,
  { name, note, taskId, read }: Brought,
  signal: AbortSignal,
  shown: (source: Source) => void,
): Promise<boolean> {
  const show = (source: Source) => {
    if (!signal.aborted) shown(source);
  };
  show({ state: "uploading", name, percent: 0 });
  try {
    const kept = await client.upload(await read(signal), {
      taskId,
      signal,
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
    return !signal.aborted;
  } catch (error) {
    show({ state: "damaged", sentence: reasonOf(error) });
    return false;
  }
}

function reasonOf(error: unknown): string {
  if (isGenbffError(error, "asset_unusable"))
    return "This file is damaged or of another kind, so nothing was kept. Choose another.";
  if (isGenbffError(error, "validation_failed", "unsupported_media_type"))
    return "This kind of file cannot be used. Choose a PNG, JPEG or WebP picture.";
  return sentenceOf(error);
}
