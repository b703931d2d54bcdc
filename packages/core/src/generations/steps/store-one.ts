import { isOutputRejected } from "../../assets/output-rejected.ts";
import { storeOutput } from "../../assets/store-output.ts";
import type { BffContext } from "../../context.ts";
import type { JsonObject } from "../../shared/json.ts";
import { expiryOf } from "../remote-outputs.ts";
import { reservedKey } from "../reserved-key.ts";
import type { StoredAsset, WorkOrder } from "../work-order.ts";

/** An output in our storage, or why it can never be one. */
export type StoreResult = { readonly asset: StoredAsset } | { readonly rejected: string };

/**
 * Puts one output under the name that was reserved for it at start. Repeating it replaces the same object.
 *
 * @throws AppError `upload_failed` - storage failed; the output itself may be good.
 */
export async function storeOne(
  context: BffContext,
  order: WorkOrder,
  index: number,
  source: ReadableStream<Uint8Array>,
  signal: AbortSignal,
  metadata: JsonObject = {},
): Promise<StoreResult> {
  const { kind, key: keyWithoutExtension } = reservedKey(context, order, index);
  try {
    const stored = await storeOutput(context.storage, { source, kind, keyWithoutExtension, signal });
    const { key, content_type, bytes, sha256, width, height } = stored;
    const asset_url = context.storage.urlOf(key);
    const { temporary } = context.storage;
    const expires = temporary === undefined ? {} : { expires_at: expiryOf(order, temporary.lifetimeMs) };
    return {
      asset: {
        index,
        storage_key: key,
        asset_url,
        content_type,
        bytes,
        sha256,
        width,
        height,
        metadata,
        ...expires,
      },
    };
  } catch (error) {
    if (isOutputRejected(error)) return { rejected: error.reason };
    throw error;
  }
}
