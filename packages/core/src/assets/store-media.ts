import { AppError } from "../errors/app-error.ts";
import type { ObjectStore } from "../storage/port.ts";
import { type InspectedStream, inspectStream } from "./inspect.ts";
import type { MediaKind, MediaType } from "./media-types.ts";

/** A file on its way into storage. */
export interface MediaToStore {
  readonly source: ReadableStream<Uint8Array>;
  /** What it may be. */
  readonly kinds: readonly MediaKind[];
  /** Of these kinds, only these types. Default: all. */
  readonly types?: readonly MediaType[] | undefined;
  /** The extension is added by what the bytes are. */
  readonly keyWithoutExtension: string;
  readonly bytesMax: number;
  readonly signal?: AbortSignal | undefined;
}

/** A file in storage; the names are those of its row. */
export interface StoredMedia {
  readonly key: string;
  readonly kind: MediaKind;
  readonly content_type: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly width: number | null;
  readonly height: number | null;
}

/**
 * Streams a file into storage and learns on the way what it is.
 *
 * All or nothing: on any failure the key shows what it showed before, and the source has been cancelled.
 * Calling it again with a fresh stream of the same file writes the same object again.
 *
 * @throws MediaRejected `asset_unusable` - the bytes are not taken; see `reason`.
 * @throws AppError `upload_failed` - storage refused. Worth another try with a fresh stream: a stream cannot be replayed.
 * @throws whatever the source failed with, untouched; and `signal.reason` after an abort.
 */
export async function storeMedia(store: ObjectStore, media: MediaToStore): Promise<StoredMedia> {
  const { source, kinds, types, keyWithoutExtension, bytesMax, signal } = media;
  const inspected = await inspectStream(source, { kinds, types, bytesMax, signal });
  const { contentType, extension, kind } = inspected.type;
  const key = `${keyWithoutExtension}.${extension}`;
  await put(store, key, inspected, { contentType, ...(signal ? { signal } : {}) });
  const { inspection } = inspected;
  if (!inspection) {
    await store.remove([key]);
    throw new AppError("upload_failed", { cause: new Error("the store did not read the stream to its end") });
  }
  const { bytes, sha256, width, height } = inspection;
  return { key, kind, content_type: contentType, bytes, sha256, width, height };
}

async function put(
  store: ObjectStore,
  key: string,
  inspected: InspectedStream,
  options: { contentType: string; signal?: AbortSignal },
): Promise<void> {
  try {
    await store.put(key, inspected.stream, options);
  } catch (cause) {
    await inspected.cancel(cause);
    options.signal?.throwIfAborted();
    // A store may wrap what its stream failed with; the stream itself knows better.
    throw inspected.failure ?? new AppError("upload_failed", { cause });
  }
}
