import type { ObjectStore } from "../storage/port.ts";
import { isMediaRejected } from "./media-rejected.ts";
import type { MediaKind } from "./media-types.ts";
import { OutputRejected } from "./output-rejected.ts";
import { type StoredMedia, storeMedia } from "./store-media.ts";

/** The largest output taken, by kind, in bytes (`reliability-spec.md` 8.3). */
export const outputBytesMax: Readonly<Record<MediaKind, number>> = {
  image: 50_000_000,
  vector: 10_000_000,
  model: 250_000_000,
};

/** One output of a provider, on its way into storage. */
export interface OutputToStore {
  readonly source: ReadableStream<Uint8Array>;
  /** What was bought. */
  readonly kind: MediaKind;
  /** From `outputKey`: reserved in SQL at start. */
  readonly keyWithoutExtension: string;
  /** Default: `outputBytesMax` of its kind. */
  readonly bytesMax?: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Streams one output of a provider into storage and inspects it on the way.
 *
 * All or nothing, and repeatable with a fresh stream: the key is the generation's own (S15). There is no retry
 * inside: what fails is fetched again by whoever holds the URL.
 *
 * @throws OutputRejected `output_unavailable` - damaged, truncated, of another kind or too large; see `reason`.
 * @throws AppError `upload_failed` - storage refused; worth another try.
 * @throws whatever the source failed with (`FetchFailed`, `ProviderError`), untouched; and `signal.reason` after an abort.
 *
 * @example
 * const stored = await storeOutput(store, { source, kind: "image", keyWithoutExtension: "images/a/0", signal });
 * stored.key; // "images/a/0.png"
 */
export async function storeOutput(store: ObjectStore, output: OutputToStore): Promise<StoredMedia> {
  const { source, kind, keyWithoutExtension, signal } = output;
  const bytesMax = output.bytesMax ?? outputBytesMax[kind];
  try {
    return await storeMedia(store, { source, kinds: [kind], keyWithoutExtension, bytesMax, signal });
  } catch (error) {
    throw isMediaRejected(error) ? new OutputRejected(error) : error;
  }
}
