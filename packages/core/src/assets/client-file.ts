import type { BffContext } from "../context.ts";
import { AppError } from "../errors/app-error.ts";
import type { InputBucket, ObjectStore, StoredObject } from "../storage/port.ts";

/** What users may bring along past us. */
export interface ClientFiles {
  /** Into which they put files of their own, each below its user's id. */
  readonly buckets: readonly InputBucket[];
  /** Whether the rows that they write into `input_assets` stand for their files. */
  readonly rows: boolean;
}

/** What a team says of it: `inputs` of `createBff`. */
export interface ClientFileOptions {
  /**
   * Buckets of the same storage into which users put files past the BFF, each below `<user id>/`, which their policy must see to.
   * A URL of a user's own file there is an input: it is copied, and never fetched. Default: none.
   */
  readonly buckets?: readonly string[];
  /**
   * Whether the id of a row that a user has written into `input_assets` is an input, too: it stands for its `asset_url`, which
   * must be of one of `buckets`. `bff migrate --client-rows on` lets users write them. Default false.
   */
  readonly allowClientRows?: boolean;
}

/**
 * Opens the buckets, for reading alone. Asks no network.
 *
 * @throws Error - the storage has no further buckets, or none can have such a name; or rows are to be believed, and there is no
 * bucket that they could name.
 */
export function clientFilesOf(storage: ObjectStore, options: ClientFileOptions): ClientFiles {
  const { buckets: names = [], allowClientRows: rows = false } = options;
  if (rows && names.length === 0)
    throw new Error("inputs.allowClientRows needs inputs.buckets: the files that such rows name lie there");
  const buckets = names.map((name) => {
    if (storage.inputBucket === undefined)
      throw new Error("inputs.buckets: this storage has no further buckets; supabaseStorage and s3 have");
    return storage.inputBucket(name);
  });
  return { buckets, rows };
}

/** A file of a user's own, wherever it lies. Resolves to null where it is not there. */
export type OpenClientFile = () => Promise<StoredObject | null>;

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/**
 * The user's own file that a URL names, or null where it names nothing on our storage's server: then it is a foreign one.
 *
 * Whose it is says the first segment of its key, which the policy of its bucket sees to, and nothing else. Our own bucket counts as
 * well, for users whose ids are uuids: no folder of ours has such a name, but a user of another sign-in may be called "images".
 *
 * @throws AppError `asset_url_not_allowed` - everything else on that server: another user's, another bucket's, or a name that can be
 * read in two ways. It is not asked for it, and whether it exists is not told.
 */
export function clientFileAt(
  { storage, clientFiles }: Pick<BffContext, "storage" | "clientFiles">,
  userId: string,
  url: string,
): OpenClientFile | null {
  const ownKey = storage.keyOf(url);
  for (const bucket of clientFiles.buckets) {
    const key = bucket.keyOf(url);
    if (key !== null && isOf(userId, key, ownKey)) return () => bucket.open(key);
  }
  if (ownKey !== null && isOf(userId, ownKey, ownKey)) return () => storage.open(ownKey);
  const isOurs = ownKey !== null || storage.hosts?.(url) || clientFiles.buckets.some((one) => one.hosts(url));
  if (isOurs) throw new AppError("asset_url_not_allowed");
  return null;
}

function isOf(userId: string, key: string, ownKey: string | null): boolean {
  return key.startsWith(`${userId}/`) && !userId.includes("/") && (ownKey === null || uuid.test(userId));
}

/**
 * What a row of `input_assets` that a user has written says of where its file lies.
 *
 * @throws AppError `not_found` - rows of clients are not believed here, or there is none of this user with that id.
 */
export async function addressInClientRow(
  { database, clientFiles }: Pick<BffContext, "database" | "clientFiles">,
  userId: string,
  id: string,
): Promise<string> {
  if (!clientFiles.rows) throw new AppError("not_found");
  const row = await database.call("genbff_client_row", { p_user_id: userId, p_id: id });
  return (row as { asset_url: string }).asset_url;
}
