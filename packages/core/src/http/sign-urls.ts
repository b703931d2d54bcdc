import type { PreviewEvent } from "../contract/event.ts";
import type { GenerationStatus } from "../contract/generation.ts";
import type { StoredGeneration, StoredPreview } from "../events/stored-generation.ts";
import type { ObjectStore } from "../storage/port.ts";
import { keysOf, presentGeneration, presentPreview } from "./present-generation.ts";

/** How long a URL that is handed out works. */
export const urlValidS = 3600;

/** A signed URL for each key. */
export async function signUrls(storage: ObjectStore, keys: readonly string[]): Promise<Map<string, string>> {
  return new Map(
    await Promise.all(
      keys.map(async (key) => [key, await storage.signedUrl(key, { expiresInS: urlValidS })] as const),
    ),
  );
}

/** A generation as clients see it, with URLs that work now. */
export async function showGeneration(
  storage: ObjectStore,
  stored: StoredGeneration,
): Promise<GenerationStatus> {
  return presentGeneration(stored, await signUrls(storage, keysOf(stored)));
}

/** What a version of a generation shows, where it is an unfinished picture and nothing else. */
export async function showPreview(
  storage: ObjectStore,
  stored: StoredGeneration,
  preview: StoredPreview,
): Promise<PreviewEvent> {
  const { task_id, generation_id, version } = stored;
  const urls = await signUrls(storage, [preview.storage_key]);
  return { task_id, generation_id, version, ...presentPreview(preview, urls) };
}
