import type { BffContext } from "../../context.ts";
import { isProviderError } from "../../errors/provider-error.ts";
import type { ProviderAnswer, ProviderFailure, ProviderOutput } from "../../providers/port.ts";
import { type Lease, LeaseLost } from "../lease.ts";
import { costOf, tryAgain, type Verdict } from "../verdict.ts";
import type { StoredAsset, WorkOrder } from "../work-order.ts";
import { storeOne } from "./store-one.ts";

/**
 * Stores what a provider is sending, one output after the other as they arrive. Of a job there is a second chance: it
 * is looked at again while one of its files is missing or damaged. Who answers at once keeps nothing: what arrived whole
 * is delivered; if nothing did, the failure speaks for itself.
 */
export async function storeStreams(
  context: BffContext,
  lease: Lease,
  order: WorkOrder,
  outputs: AsyncIterable<ProviderOutput>,
  answer: Extract<ProviderAnswer, { state: "done" }>,
): Promise<Verdict> {
  const stored: StoredAsset[] = [];
  const failures: ProviderFailure[] = [];
  let broken: unknown;
  try {
    for await (const output of outputs) {
      if (!("stream" in output.source)) throw new Error("a provider mixed streams and URLs in one answer");
      if (output.index >= order.outputs) {
        await output.source.stream.cancel();
        continue;
      }
      const result = await storeOne(
        context,
        order,
        output.index,
        output.source.stream,
        lease.lost,
        output.metadata,
      );
      if ("asset" in result) stored.push(result.asset);
      else failures.push({ index: output.index, code: "provider_failed" });
    }
  } catch (error) {
    // Broken off by us: a job's files are asked for again, and no try is used up.
    const brokenOff = order.job !== null && lease.signal.aborted;
    if (lease.lost.aborted || brokenOff) throw new LeaseLost();
    if (stored.length === 0) throw error;
    broken = error;
    context.logger.warn(
      { generation_id: order.id, stored: stored.length, error },
      "a provider's answer broke off; what arrived is delivered",
    );
  }
  for (let index = 0; broken !== undefined && index < order.outputs; index++)
    if (![...stored, ...failures].some((known) => known.index === index))
      failures.push({ index, code: isProviderError(broken) ? "output_unavailable" : "provider_failed" });
  const settling: Verdict = {
    next: "continue",
    changes: {
      step: "settling",
      stage: "Putting it on your table",
      outcome: "done",
      ...(answer.reference === undefined ? {} : { job: answer.reference }),
      ...costOf(answer),
      work: {
        stored,
        failures: [...(answer.failures ?? []), ...failures],
        ...(broken === undefined ? {} : { broke_off: true }),
      },
    },
  };
  const isWhole = broken === undefined && failures.length === 0;
  // What is stored by now is stored again, over itself.
  return isWhole || order.job === null ? settling : tryAgain(order, "fetch", { exhausted: settling });
}
