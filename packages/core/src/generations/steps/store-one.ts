import { outputKey } from "../../assets/path.ts";
import { isOutputRejected, storeOutput } from "../../assets/store-output.ts";
import type { BffContext } from "../../context.ts";
import type { JsonObject } from "../../shared/json.ts";
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
  stream: ReadableStream<Uint8Array>,
  signal: AbortSignal,
  metadata: JsonObject = {},
): Promise<StoreResult> {
  const reserved = order.assets.find((asset) => asset.index === index);
  if (reserved === undefined) throw new Error(`output ${index} was not reserved`);
  try {
    const stored = await storeOutput(context.storage, {
      source: stream,
      kind: reserved.kind,
      keyWithoutExtension: outputKey({
        kind: reserved.kind,
        taskId: order.task_id,
        fileIndex: reserved.file_index,
      }),
      signal,
    });
    const { key, ...facts } = stored;
    return { asset: { index, storage_key: key, asset_url: context.storage.urlOf(key), ...facts, metadata } };
  } catch (error) {
    if (isOutputRejected(error)) return { rejected: error.reason };
    throw error;
  }
}
