import { extensionsOf } from "../../assets/media-types.ts";
import type { BffContext } from "../../context.ts";
import { reservedKey } from "../reserved-key.ts";
import type { WorkOrder } from "../work-order.ts";

/** Removes what a failed generation had put under its reserved names. Best effort: nobody can see it any more. */
export async function discardStored(context: BffContext, order: WorkOrder): Promise<void> {
  if (order.attempt_row.intent_at === null) return;
  const keys = order.assets.flatMap((asset) => {
    const { kind, key } = reservedKey(context, order, asset.index);
    return extensionsOf(kind).map((extension) => `${key}.${extension}`);
  });
  try {
    await context.storage.remove(keys);
  } catch (error) {
    context.logger.warn(
      { generation_id: order.id, error },
      "the objects of a failed generation could not be removed",
    );
  }
}
