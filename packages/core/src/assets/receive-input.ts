import type { BffContext } from "../context.ts";
import { inputTypes, type MediaKind } from "./media-types.ts";
import { inputKeyWithoutExtension } from "./path.ts";
import { type StoredMedia, storeMedia } from "./store-media.ts";
import type { StoredInput } from "./stored-input.ts";

type Ports = Pick<BffContext, "database" | "storage">;

/** What an input may be: a drawing is none, because vendors want pixels. */
export type InputKind = Exclude<MediaKind, "vector">;

/** The largest input taken, by kind, in bytes. */
export const inputBytesMax: Readonly<Record<InputKind, number>> = { image: 50_000_000, model: 150_000_000 };

/** A file that streams in: an upload in a form, or a copy of what a URL names. */
export interface InputToReceive {
  readonly userId: string;
  readonly source: ReadableStream<Uint8Array>;
  readonly kinds: readonly InputKind[];
  readonly filename: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A file that is stored and whose row is not complete yet: its request may still be refused. */
export interface ReceivedInput {
  readonly id: string;
  readonly media: StoredMedia;
}

/**
 * Stores and inspects a file, behind a pending row of its own, so that a crash leaves nothing nobody knows of.
 *
 * Follow it with `keepInput`, or with `discardInput`. When it rejects, it has discarded the row itself.
 *
 * @throws MediaRejected `asset_unusable` - damaged, too large, or of another kind.
 * @throws AppError `upload_failed`, `unavailable`; and whatever the source failed with.
 */
export async function receiveInput(context: Ports, input: InputToReceive): Promise<ReceivedInput> {
  const id = crypto.randomUUID();
  const keyWithoutExtension = inputKeyWithoutExtension(id);
  await context.database.call("genbff_reserve_input", {
    p_user_id: input.userId,
    p_id: id,
    p_task_id: null,
    p_type: input.kinds[0] ?? "image",
    p_storage_key: keyWithoutExtension,
    p_asset_url: context.storage.urlOf(keyWithoutExtension),
    p_filename: displayName(input.filename),
    p_content_type: "application/octet-stream",
    p_bytes: 0,
  });
  try {
    const { source, kinds, signal } = input;
    const bytesMax = Math.max(...kinds.map((kind) => inputBytesMax[kind]));
    return {
      id,
      media: await storeMedia(context.storage, {
        source,
        kinds,
        types: inputTypes,
        keyWithoutExtension,
        bytesMax,
        signal,
      }),
    };
  } catch (error) {
    await discardInput(context, input.userId, id);
    throw error;
  }
}

/**
 * Makes a received file an input of its user. A second call changes nothing.
 *
 * @param task.own - The task is the user's from now on; else that is only checked.
 * @throws AppError `task_id_taken` - the task belongs to somebody else.
 */
export async function keepInput(
  context: Ports,
  userId: string,
  { id, media }: ReceivedInput,
  task: { taskId: string | null; own: boolean },
): Promise<StoredInput> {
  const row = await context.database.call("genbff_complete_input", {
    p_user_id: userId,
    p_id: id,
    p_status: "complete",
    p_facts: { ...factsOf(context, media), task_id: task.taskId },
    p_own_task: task.own,
  });
  return row as unknown as StoredInput;
}

/** Removes a file that came with a refused request, row and object; one that a generation was made from stays. */
export async function discardInput(
  context: Ports,
  userId: string,
  id: string,
  storedKey?: string,
): Promise<void> {
  const answer = await context.database.call("genbff_discard_input", { p_user_id: userId, p_id: id });
  const { discarded, storage_key: key } = answer as { discarded: boolean; storage_key: string | null };
  if (!discarded) return;
  await context.storage.remove([key, storedKey].filter((name) => typeof name === "string"));
}

/** What the row is to say of a stored file. */
export function factsOf(context: Pick<BffContext, "storage">, media: StoredMedia) {
  return {
    storage_key: media.key,
    asset_url: context.storage.urlOf(media.key),
    type: media.kind,
    content_type: media.content_type,
    bytes: media.bytes,
    sha256: media.sha256,
    width: media.width,
    height: media.height,
  };
}

/** A file's name as people see it: nothing that a screen or a database would stumble over. */
function displayName(filename: string | undefined): string | null {
  const name = (filename ?? "")
    .toWellFormed()
    .replace(/\p{Cc}/gu, "")
    .slice(0, 255)
    .toWellFormed()
    .trim();
  return name === "" ? null : name;
}
