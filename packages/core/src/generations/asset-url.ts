import type { BffContext } from "../context.ts";
import { AppError } from "../errors/app-error.ts";
import { type Origin, renewUrl } from "./renew-url.ts";

/** A URL of a file, and how long it works. */
export interface AssetUrl {
  readonly asset_url: string;
  readonly expires_at: string;
}

/** Where a file of the user lies: `genbff_asset`. */
interface FoundAsset {
  readonly asset_id: string;
  readonly storage_key: string | null;
  readonly asset_url: string | null;
  /** Null: it is kept. */
  readonly expires_at: string | null;
  readonly expired: boolean | null;
  /** Of an output that was handed on. */
  readonly origin: Origin | null;
}

/** A URL that a vendor lets go so soon is not handed out again where there may be a fresh one. */
const renewBeforeMs = 20_000;

/**
 * A URL that works now, of an output or an upload: signed, or the vendor's own where outputs are handed on.
 *
 * A vendor's URL that has ended, or is about to, is made anew where the vendor still knows the job. That buys nothing.
 *
 * @param file.validS - How long a signed one works at most.
 * @throws AppError `not_found` - no such file of this user.
 * @throws AppError `asset_expired` - it was handed on for a while, and its time is over.
 * @throws AppError `unavailable` - the vendor could not be asked for a fresh one.
 */
export async function assetUrlOf(
  context: BffContext,
  file: { readonly userId: string; readonly assetId: string; readonly validS: number },
): Promise<AssetUrl> {
  const answer = await context.database.call("genbff_asset", {
    p_user_id: file.userId,
    p_asset_id: file.assetId,
  });
  const found = answer as unknown as FoundAsset;
  const now = Date.now();
  const end = found.expires_at === null ? Number.POSITIVE_INFINITY : Date.parse(found.expires_at);
  if (found.storage_key !== null && found.expired !== true) {
    const validMs = Math.max(1000, Math.min(file.validS * 1000, end - now));
    const expiresInS = Math.floor(validMs / 1000);
    return {
      asset_url: await context.storage.signedUrl(found.storage_key, { expiresInS }),
      expires_at: new Date(now + expiresInS * 1000).toISOString(),
    };
  }
  const works =
    found.expired !== true && found.asset_url !== null
      ? { asset_url: found.asset_url, expires_at: new Date(end).toISOString() }
      : undefined;
  if (works !== undefined && end - now > renewBeforeMs) return works;
  const renewed =
    found.origin === null
      ? undefined
      : await renewUrl(context, { userId: file.userId, assetId: found.asset_id, origin: found.origin }).catch(
          (error: unknown) => {
            if (works === undefined) throw error;
            return undefined;
          },
        );
  const url = renewed ?? works;
  if (url === undefined) throw new AppError("asset_expired");
  return url;
}
