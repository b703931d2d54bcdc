import { startGeneration } from "../../generations/start.ts";
import type { JsonObject } from "../../shared/json.ts";
import { answerStarted, whileKeyIsBusy } from "../answer-started.ts";
import { isForm } from "../body/read-body.ts";
import type { RouteHandler } from "../call.ts";
import { idempotencyKeyOf } from "../idempotency-key.ts";
import { readOperationForm } from "../operation-form.ts";

/** `POST /generate/{operation}`, as JSON or as a form with files. */
export const generate: RouteHandler<"generate"> = async (call) => {
  const { context, caller } = call;
  const idempotencyKey = idempotencyKeyOf(call);
  const operation = call.params.operation ?? "";
  const given = call.body as Parameters<typeof isForm>[0];
  const form = isForm(given) ? await readOperationForm(call, given, operation) : undefined;
  try {
    const started = await whileKeyIsBusy(idempotencyKey, () =>
      startGeneration(context, {
        principal: caller,
        operation,
        body: form?.body ?? (given as JsonObject),
        ...(form ? { fileHashes: form.fileHashes } : {}),
        ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
      }),
    );
    // The first request's files are the inputs; these came a second time for nothing.
    if (started.replayed) await form?.discard();
    return await answerStarted(call, started);
  } catch (error) {
    await form?.discard();
    throw error;
  }
};
