import { errorCodes, isErrorCode } from "../contract/error-codes.ts";
import type { GenerationStatus, Preview } from "../contract/generation.ts";
import type { StoredGeneration, StoredPreview } from "../events/stored-generation.ts";

const nextPollMs = 2000;

/** What clients see of a generation. Pure: `urls` holds a signed URL for each storage key. */
export function presentGeneration(
  stored: StoredGeneration,
  urls: ReadonlyMap<string, string>,
): GenerationStatus {
  const assets = stored.assets.map(({ storage_key: key, ...asset }) => ({
    asset_id: asset.asset_id,
    kind: asset.kind,
    index: asset.index,
    asset_url: (key === null ? asset.asset_url : urls.get(key)) ?? "",
    ...(asset.expires_at === undefined ? {} : { expires_at: toIso(asset.expires_at) }),
    content_type: asset.content_type,
    bytes: asset.bytes,
    width: asset.width,
    height: asset.height,
    metadata: asset.metadata,
  }));
  const readable = assets.map((asset) => asset.asset_url).filter((url) => url !== "");
  const ended = stored.completed_at !== null;
  return {
    task_id: stored.task_id,
    generation_id: stored.generation_id,
    operation: stored.operation,
    provider: stored.provider,
    status: stored.status,
    stage: stored.stage,
    progress: stored.progress,
    asset_url: readable[0] ?? null,
    asset_urls: readable,
    assets,
    ...(stored.output === null ? {} : { json: stored.output }),
    previews: stored.previews.map((preview) => presentPreview(preview, urls)),
    failures: stored.failures.map(({ index, code }) => ({ index, ...explain(code) })),
    error:
      stored.error_code === null
        ? null
        : {
            ...explain(stored.error_code),
            ...(stored.error_details ? { details: stored.error_details } : {}),
          },
    cancel_requested: stored.cancel_requested,
    credits: { held: stored.held, charged: stored.charged },
    version: stored.version,
    next_poll_ms: ended ? null : nextPollMs,
    created_at: toIso(stored.created_at),
    completed_at: stored.completed_at === null ? null : toIso(stored.completed_at),
  };
}

/** An unfinished picture as clients see it. */
export function presentPreview(
  { storage_key: key, ...preview }: StoredPreview,
  urls: ReadonlyMap<string, string>,
): Preview {
  return { ...preview, url: urls.get(key) ?? "" };
}

/** Everything of a generation that needs a URL. */
export function keysOf(stored: StoredGeneration): string[] {
  return [...stored.assets, ...stored.previews].flatMap(({ storage_key: key }) => key ?? []);
}

/** A code with the sentence that people read. A code from a later version of this library is one of ours no more. */
function explain(code: string): { error: string; message: string } {
  const known = isErrorCode(code) ? code : "internal_error";
  return { error: known, message: errorCodes[known].sentence };
}

/** The database's microseconds and offset, as browsers write a time. */
export function toIso(time: string): string {
  return new Date(time).toISOString();
}
