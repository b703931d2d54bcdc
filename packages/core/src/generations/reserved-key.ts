import type { MediaKind } from "../assets/media-types.ts";
import type { BffContext } from "../context.ts";
import type { WorkOrder } from "./work-order.ts";

/**
 * The output as it was written down at start.
 *
 * @throws Error - the provider numbered an output that nobody asked for.
 */
export function reservedOutput(order: WorkOrder, index: number): WorkOrder["assets"][number] {
  const reserved = order.assets.find((asset) => asset.index === index);
  if (reserved === undefined) throw new Error(`output ${index} was not reserved`);
  return reserved;
}

/**
 * The name that was reserved at start for one output, without its extension: what the bytes are decides that.
 *
 * @throws Error - the provider numbered an output that nobody asked for.
 */
export function reservedKey(
  { outputKeys, storage }: Pick<BffContext, "outputKeys" | "storage">,
  order: WorkOrder,
  index: number,
): { kind: MediaKind; key: string } {
  const { kind, file_index } = reservedOutput(order, index);
  const key = outputKeys({
    operation: order.operation,
    input: order.input,
    kind,
    index,
    task_id: order.task_id,
    generation_id: order.id,
    user_id: order.user_id,
    file_index,
  });
  return { kind, key: storage.temporary === undefined ? key : `tmp/${key}` };
}
