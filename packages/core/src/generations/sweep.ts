import { sweepInputs } from "../assets/sweep-inputs.ts";
import type { BffContext } from "../context.ts";
import type { Worker } from "../engine/port.ts";
import type { JsonObject, JsonValue } from "../shared/json.ts";
import { type Allowance, createAllowance } from "./allowance.ts";
import { sweepPreviews } from "./previews.ts";
import { discardStored } from "./steps/discard-stored.ts";
import { sweepTemporary } from "./sweep-temporary.ts";
import { toWorkOrder } from "./work-order.ts";

const batch = 200;
/** A backlog of years is worked off over several hours. */
const batchesMax = 500;
const hourMs = 3_600_000;

/**
 * Makes the function that an engine calls every few seconds: it ends what is past its deadline and names what is due,
 * new, abandoned by a dead worker, or waiting for its next look. Any number of processes may sweep at once.
 *
 * Once an hour it also tidies up: credits and holds past their time, uploads nobody finished, rows past their keep.
 */
export function createSweep(context: BffContext): Worker["sweep"] {
  let tidiedAt = Number.NEGATIVE_INFINITY;
  return async (limits = {}) => {
    if (context.clock.monotonic() - tidiedAt > hourMs) {
      tidiedAt = context.clock.monotonic();
      await tidy(context, createAllowance(context.clock, limits));
    }
    if (context.storage.temporary !== undefined) await tidyTemporary(context);
    const found = (await context.database.call("genbff_sweep", { p_count: batch })) as {
      ended: string[];
      due: string[];
      leftovers: JsonValue[];
      webhooks_due: boolean;
    };
    if (found.webhooks_due) context.webhooks?.wake();
    if (found.ended.length > 0)
      context.logger.warn({ generation_ids: found.ended }, "generations ended at their deadline");
    // Whoever held them is dead, and had perhaps stored a part. A storage that hangs must not hold up the sweep.
    for (const leftover of found.leftovers) {
      const discarding = discardStored(context, toWorkOrder(leftover));
      context.leaseCalls.add(discarding);
      void discarding.finally(() => context.leaseCalls.delete(discarding));
    }
    return found.due;
  };
}

/** Not a matter of hours: people were told when it ends. A storage that fails must not hold up the sweep. */
async function tidyTemporary(context: BffContext): Promise<void> {
  try {
    await sweepTemporary(context);
  } catch (error) {
    context.logger.warn({ error }, "files whose time is over could not be removed yet");
  }
}

/** What can wait an hour. What has expired counts as gone from its last moment, whether or not this has run. */
async function tidy(context: BffContext, allowance: Allowance): Promise<void> {
  await context.database.call("genbff_expire_due", { p_count: batch });
  await sweepInputs(context);
  await sweepPreviews(context);
  await inBatches(context, allowance, "genbff_forget_rates", {});
  const { keepLargeMs: large, keepRowsMs: rows } = context.limits;
  await inBatches(context, allowance, "genbff_retain", { p_large_ms: large, p_rows_ms: rows });
  await inBatches(context, allowance, "genbff_retain_webhooks", { p_sent_ms: large, p_rows_ms: rows });
}

/** Calls a function that takes away so many at once and says whether there may be more; what is left waits an hour. */
async function inBatches(
  context: BffContext,
  allowance: Allowance,
  name: string,
  args: JsonObject,
): Promise<void> {
  for (let batches = 0; batches < batchesMax && allowance.leftMs() > 0; batches++) {
    const swept = await context.database.call(name, { ...args, p_count: batch });
    if (!(swept as { more: boolean }).more) return;
  }
}
