import type { BffContext } from "../context.ts";
import { AppError, isAppError } from "../errors/app-error.ts";
import { addressInClientRow, clientFileAt } from "./client-file.ts";
import { isFetchFailed } from "./guarded-fetch.ts";
import { readClientFile } from "./read-client-file.ts";
import { discardInput, inputBytesMax, keepInput, receiveInput } from "./receive-input.ts";
import type { StoredInput } from "./stored-input.ts";
import { completeUpload } from "./uploads.ts";

type Ports = Pick<BffContext, "database" | "storage" | "guardedFetch" | "clientFiles">;

/** A file that a request names. */
export interface InputToResolve {
  readonly field: string;
  readonly kind: "image" | "model";
  /** An asset id, an input-asset id, a URL of our storage, or an https URL. */
  readonly ref: string;
}

/** A file in our storage that was looked at. */
export interface ResolvedInput {
  readonly field: string;
  readonly asset_id: string | null;
  readonly input_asset_id: string | null;
  readonly storage_key: string;
  readonly content_type: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly width: number | null;
  readonly height: number | null;
  /** Copied for this very request: nobody else knows of it, and nobody can change it any more. */
  readonly copied: boolean;
}

/** What the database says of a file of the user: an output, or an upload in any state. */
type FoundFile = Omit<StoredInput, "input_asset_id" | "storage_key"> & {
  /** Null: an output that was handed on, behind its `asset_url`. */
  readonly storage_key: string | null;
  readonly ref: string;
  readonly asset_id: string | null;
  readonly input_asset_id: string | null;
  /** Of an output: its time is over. */
  readonly expired?: boolean;
};

/** Somebody waits for the answer meanwhile. */
const copyTimeoutMs = 60_000;
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
/** An upload's key names its row; the extension that was promised and the one that was found may differ. */
const inputKey = /^(?:inputs|incoming)\/([0-9a-f-]{36})(?:\.|$)/;

/**
 * Finds or fetches the files that a request names, in their order. Called before any credit is held.
 *
 * URLs of our own storage are never fetched: they count where a row of the user has them. Pending uploads are
 * completed. Files that users have put into a bucket past us (`clientFileAt`) are read by the storage's port, and other URLs by
 * the guarded fetch: both are copied into an upload of the user, so that nothing changes once it was looked at.
 *
 * Each refusal names the field that it is about in `details.field`.
 *
 * @throws AppError `not_found` - an id that is not the user's.
 * @throws AppError `asset_expired` - an output that was handed on, and whose time is over.
 * @throws AppError `asset_url_not_allowed` - another user's file, or an address that may not be reached.
 * @throws AppError `asset_unusable` - damaged, missing, unreachable, too large, or of another kind than the field takes.
 */
export async function resolveInputs(
  context: Ports,
  request: { readonly userId: string; readonly files: readonly InputToResolve[] },
): Promise<ResolvedInput[]> {
  if (request.files.length === 0) return [];
  const refs = request.files.map((file, index) => ({
    ref: String(index),
    ...ownReference(context, file.ref),
  }));
  const own = refs.filter((ref) => "id" in ref || "storage_key" in ref);
  const rows =
    own.length === 0
      ? []
      : await context.database.call("genbff_find_inputs", {
          p_user_id: request.userId,
          p_refs: own,
        });
  const found = new Map((rows as unknown as FoundFile[]).map((row) => [row.ref, row]));

  const resolved: ResolvedInput[] = [];
  try {
    // One after the other: a request's files are few, and each may be tens of megabytes.
    for (const [index, file] of request.files.entries()) {
      const known = found.get(String(index));
      if (known?.expired) throw new AppError("asset_expired");
      const row =
        known === undefined
          ? await copyIn(context, request.userId, file)
          : known.storage_key === null
            ? await fetchHandedOn(context, request.userId, file, known)
            : known;
      resolved.push({ ...(await usable(context, request.userId, file, row)), copied: row !== known });
    }
  } catch (error) {
    await discardCopies(context, request.userId, resolved);
    throw named(error, request.files[resolved.length]?.field);
  }
  return resolved;
}

/** A refusal says which field it is about: a form of several pictures marks the one that is wrong. */
function named(error: unknown, field: string | undefined): unknown {
  const isRefusal = isAppError(
    error,
    "not_found",
    "asset_expired",
    "asset_url_not_allowed",
    "asset_unusable",
  );
  if (!isRefusal || field === undefined) return error;
  const { code, message, details } = error;
  return new AppError(code, { message, details: { ...details, field }, cause: error });
}

/** Removes what a request that was refused after all had copied: it leaves nothing behind. */
export async function discardCopies(
  context: Ports,
  userId: string,
  inputs: readonly ResolvedInput[],
): Promise<void> {
  for (const { copied, input_asset_id: id, storage_key: key } of inputs)
    if (copied && id !== null) await discardInput(context, userId, id, key);
}

/** What of ours a reference names; nothing where it is a foreign URL. */
function ownReference({ storage }: Ports, ref: string): { id: string } | { storage_key: string } | object {
  if (uuid.test(ref)) return { id: ref };
  const key = storage.keyOf(ref);
  if (key === null) return {};
  const id = inputKey.exec(key)?.[1];
  return id !== undefined && uuid.test(id) ? { id } : { storage_key: key };
}

async function usable(
  context: Ports,
  userId: string,
  file: InputToResolve,
  found: FoundFile,
): Promise<Omit<ResolvedInput, "copied">> {
  const { asset_id, input_asset_id: inputId } = found;
  const looked =
    inputId === null || found.storage_key === null
      ? found
      : await completeUpload(context, userId, {
          ...found,
          input_asset_id: inputId,
          storage_key: found.storage_key,
        });
  if (looked.type !== file.kind) throw new AppError("asset_unusable", { details: { reason: "not_allowed" } });
  const { storage_key, content_type, bytes, sha256, width, height } = looked;
  if (sha256 === null || storage_key === null) throw new Error("a complete file has no checksum or no key");
  return {
    field: file.field,
    asset_id,
    input_asset_id: inputId,
    storage_key,
    content_type,
    bytes,
    sha256,
    width,
    height,
  };
}

/** A vendor forgets it; what works on it must be able to read it to the end. */
async function fetchHandedOn(
  context: Ports,
  userId: string,
  file: InputToResolve,
  { asset_id, asset_url: ref }: FoundFile,
): Promise<FoundFile> {
  return { ...(await copyIn(context, userId, { ...file, ref })), asset_id };
}

/** Copies a file into our storage. Whoever asks learns that it cannot be used, and nothing about the network. */
async function copyIn(context: Ports, userId: string, file: InputToResolve): Promise<FoundFile> {
  const signal = AbortSignal.timeout(copyTimeoutMs);
  try {
    const received = await receiveInput(context, {
      userId,
      source: await openSource(context, userId, file, signal),
      kinds: [file.kind],
      filename: undefined,
      signal,
    });
    const kept = await keepInput(context, userId, received, { taskId: null, own: false });
    return { ...kept, ref: file.ref, asset_id: null };
  } catch (error) {
    const late = error instanceof DOMException && error.name === "TimeoutError";
    if (!late && !isFetchFailed(error)) throw error;
    throw new AppError("asset_unusable", { details: { reason: "unreachable" }, cause: error });
  }
}

/** The bytes of what a reference names and no row of ours has. */
async function openSource(
  context: Ports,
  userId: string,
  { ref, kind }: InputToResolve,
  signal: AbortSignal,
): Promise<ReadableStream<Uint8Array>> {
  const bytesMax = inputBytesMax[kind];
  const isRow = uuid.test(ref);
  const url = isRow ? await addressInClientRow(context, userId, ref) : ref;
  const openFile = clientFileAt(context, userId, url);
  if (openFile !== null) return await readClientFile(openFile, bytesMax);
  // A row of a client stands for a file in a bucket: it makes nothing an input that was none.
  if (isRow) throw new AppError("asset_url_not_allowed");
  return (await context.guardedFetch(url, { bytesMax, signal })).stream;
}
