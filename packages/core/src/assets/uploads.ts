import type { BffContext } from "../context.ts";
import type { UploadReserved } from "../contract/upload.ts";
import { AppError } from "../errors/app-error.ts";
import { isMediaRejected } from "./media-rejected.ts";
import { inputTypes, type MediaType } from "./media-types.ts";
import { inputKeyWithoutExtension } from "./path.ts";
import { factsOf, inputBytesMax } from "./receive-input.ts";
import { type StoredMedia, storeMedia } from "./store-media.ts";
import type { StoredInput } from "./stored-input.ts";

type Ports = Pick<BffContext, "database" | "storage">;

/** What a client says of a file that it is going to `PUT`. */
export interface UploadToReserve {
  readonly userId: string;
  readonly taskId: string | null;
  readonly filename: string;
  readonly contentType: MediaType["contentType"];
  readonly bytes: number;
  /** Together with what the user has reserved and not finished. */
  readonly pendingBytesMax: number;
}

const types: Readonly<Record<string, MediaType>> = Object.fromEntries(
  inputTypes.map((type) => [type.contentType, type]),
);
const uploadValidS = 900;

/**
 * Where an upload lies until it was looked at. Apart from the inputs, so that a signed `PUT`, which works for a
 * quarter of an hour, cannot replace what was looked at.
 */
const incomingKey = (id: string, { extension }: MediaType) => `incoming/${id}.${extension}`;

/**
 * Reserves an upload: a pending row, and a signed `PUT` for exactly this type and not more than these bytes.
 *
 * The answer's `asset_url` can be used as an input once the bytes are there: first use completes it.
 *
 * @throws AppError `task_id_taken` - the task belongs to somebody else.
 * @throws AppError `rate_limited` - the user has too many uploads that are not finished.
 */
export async function reserveUpload(context: Ports, upload: UploadToReserve): Promise<UploadReserved> {
  const id = crypto.randomUUID();
  const type = types[upload.contentType];
  if (type === undefined) throw new AppError("asset_unusable", { details: { reason: "not_allowed" } });
  const key = incomingKey(id, type);
  const assetUrl = context.storage.urlOf(`${inputKeyWithoutExtension(id)}.${type.extension}`);
  await context.database.call("genbff_reserve_input", {
    p_user_id: upload.userId,
    p_id: id,
    p_task_id: upload.taskId,
    p_type: type.kind,
    p_storage_key: key,
    p_asset_url: assetUrl,
    p_filename: upload.filename,
    p_content_type: type.contentType,
    p_bytes: upload.bytes,
    p_pending_bytes_max: upload.pendingBytesMax,
  });
  const { contentType } = type;
  const signed = await context.storage.signedUpload(key, {
    expiresInS: uploadValidS,
    contentType,
    bytesMax: upload.bytes,
  });
  return { input_asset_id: id, asset_url: assetUrl, upload: { ...signed, headers: { ...signed.headers } } };
}

/**
 * Looks at an upload: once it is complete it stays so, and its bytes cannot be changed any more.
 *
 * @throws AppError `asset_unusable` - damaged or of another kind: it has failed for good, and its bytes are gone.
 * With `reason: "missing"` nothing has arrived yet, and it stays pending.
 */
export async function completeUpload(
  context: Ports,
  userId: string,
  input: StoredInput,
): Promise<StoredInput> {
  if (input.status === "complete") return input;
  if (input.status === "failed") throw new AppError("asset_unusable", { details: { reason: "damaged" } });
  const decide = async (status: "complete" | "failed", media?: StoredMedia) =>
    (await context.database.call("genbff_complete_input", {
      p_user_id: userId,
      p_id: input.input_asset_id,
      p_status: status,
      p_facts: media ? factsOf(context, media) : {},
    })) as unknown as StoredInput;

  const stored = await context.storage.open(input.storage_key);
  if (stored === null) return decidedMeanwhile(context, userId, input);
  try {
    const media = await storeMedia(context.storage, {
      source: stored.stream,
      kinds: [input.type],
      types: inputTypes,
      keyWithoutExtension: inputKeyWithoutExtension(input.input_asset_id),
      // Not every store can hold a signed upload to what was declared.
      bytesMax: Math.min(inputBytesMax[input.type], input.bytes),
    });
    const completed = await decide("complete", media);
    await context.storage.remove([input.storage_key]);
    return completed;
  } catch (error) {
    if (!isMediaRejected(error)) throw error;
    await decide("failed");
    await context.storage.remove([input.storage_key]);
    throw error;
  }
}

/** Nothing lies there: nothing came yet, or another request has just dealt with it. */
async function decidedMeanwhile(context: Ports, userId: string, input: StoredInput): Promise<StoredInput> {
  const row = await context.database.call("genbff_input", { p_user_id: userId, p_id: input.input_asset_id });
  const now = row as unknown as StoredInput;
  if (now.status === "complete") return now;
  throw new AppError("asset_unusable", {
    details: { reason: now.status === "failed" ? "damaged" : "missing" },
  });
}
