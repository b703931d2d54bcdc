import type { SupabaseClient } from "@supabase/supabase-js";
import { isAppError } from "../errors/app-error.ts";
import type { StoredObject } from "../storage/port.ts";
import { type CallSettings, callStorage } from "./storage-call.ts";
import { isMissingObject } from "./storage-failure.ts";

type Storage = SupabaseClient["storage"];

/**
 * Opens an object; null where there is none. Two calls: what the first says of it is held against the bytes of the second.
 *
 * @param key - Put into a path as it is: `isKey` or `isClientKey` was asked.
 */
export async function openObject(
  storage: Storage,
  settings: CallSettings,
  key: string,
): Promise<StoredObject | null> {
  const files = () => storage.from(settings.bucket);
  const info = await callStorage("describe a file", settings, () => files().info(key), isMissingObject);
  if (info === null) return null;
  const stream = await callStorage(
    "open a file",
    settings,
    () => files().download(key, {}, { cache: "no-store" }).asStream(),
    isMissingObject,
  );
  if (stream === null) return null;
  const bytes = info.size ?? 0;
  return {
    stream: exactly(bytes, stream as ReadableStream<Uint8Array>),
    bytes,
    contentType: info.contentType ?? "application/octet-stream",
  };
}

/** How a bucket is set up. */
interface BucketSettings {
  readonly public: boolean;
  readonly file_size_limit?: number | null;
  readonly allowed_mime_types?: readonly string[] | null;
}

/**
 * What the project says of a bucket.
 *
 * @throws Error - for operators alone: they are to read what happened, not that it is unavailable.
 */
export async function describeBucket(
  storage: Storage,
  settings: CallSettings,
): Promise<BucketSettings | null> {
  try {
    return await callStorage("describe the bucket", settings, () => storage.getBucket(settings.bucket));
  } catch (error) {
    throw isAppError(error, "unavailable") ? error.cause : error;
  }
}

/** An object may be replaced between two calls: then what was said of it is not true of these bytes. */
function exactly(bytes: number, stream: ReadableStream<Uint8Array>): ReadableStream<Uint8Array> {
  let seen = 0;
  return stream.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        seen += chunk.length;
        controller.enqueue(chunk);
      },
      flush() {
        if (seen !== bytes) throw new Error("The object was replaced while it was opened");
      },
    }),
  );
}
