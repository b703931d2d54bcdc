import { startGeneration } from "../../generations/start.ts";
import type { JsonObject } from "../../shared/json.ts";
import { answerStarted, whileKeyIsBusy } from "../answer-started.ts";
import type { RouteHandler } from "../call.ts";
import { idempotencyKeyOf } from "../idempotency-key.ts";
import { json } from "../respond.ts";

/** `POST /generations/{id}/cancel`: answers what is true now. */
export const cancel: RouteHandler<"cancel"> = async ({ context, caller, params }) => {
  const found = await context.database.call("genbff_cancel_mine", {
    p_user_id: caller.userId,
    p_id: params.id ?? "",
  });
  const { task_id: taskId, ...cancelled } = found as { task_id: string; generation_id: string };
  context.engine.wake(cancelled.generation_id, 0);
  context.changes.tell(taskId);
  return json(200, cancelled);
};

/** `POST /generations/{id}/retry`: a new generation, priced anew, that names the one it repeats. */
export const retry: RouteHandler<"retry"> = async (call) => {
  const { context, caller, params } = call;
  const idempotencyKey = idempotencyKeyOf(call);
  const found = await context.database.call("genbff_generation_input", {
    p_user_id: caller.userId,
    p_generation_id: params.id ?? "",
  });
  const earlier = found as {
    generation_id: string;
    task_id: string;
    operation: string;
    provider: string;
    input: JsonObject;
  };
  const started = await whileKeyIsBusy(idempotencyKey, () =>
    startGeneration(context, {
      principal: caller,
      operation: earlier.operation,
      body: { ...earlier.input, task_id: earlier.task_id, provider: earlier.provider },
      retryOf: earlier.generation_id,
      ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
    }),
  );
  return answerStarted(call, started);
};
