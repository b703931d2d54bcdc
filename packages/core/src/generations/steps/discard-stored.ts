import { outputKey } from "../../assets/path.ts";
import { outputExtensions } from "../../assets/store-output.ts";
import type { BffContext } from "../../context.ts";
import type { WorkOrder } from "../work-order.ts";

/** Removes what a failed generation had put under its reserved names. Best effort: nobody can see it any more. */
export async function discardStored(context: BffContext, order: WorkOrder): Promise<void> {
  if (order.attempt_row.intent_at === null) return;
  const keys = order.assets.flatMap(({ kind, file_index: fileIndex }) =>
    outputExtensions[kind].map(
      (extension) => `${outputKey({ kind, taskId: order.task_id, fileIndex })}.${extension}`,
    ),
  );
  try {
    await context.storage.remove(keys);
  } catch (error) {
    context.logger.warn(
      { generation_id: order.id, error },
      "the objects of a failed generation could not be removed",
    );
  }
}
