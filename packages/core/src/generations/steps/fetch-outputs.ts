import { isFetchFailed } from "../../assets/fetch-failed.ts";
import type { BffContext } from "../../context.ts";
import { isAppError } from "../../errors/app-error.ts";
import type { ProviderFailure } from "../../providers/port.ts";
import { type Lease, LeaseLost } from "../lease.ts";
import { toRemote } from "../remote-outputs.ts";
import { errorForTheBooks, type StepChanges, tryAgain, type Verdict } from "../verdict.ts";
import type { RemoteOutput, StoredAsset, WorkOrder } from "../work-order.ts";
import { handOnOne } from "./hand-on-one.ts";
import { storeOne } from "./store-one.ts";

/**
 * `fetching`: copy what the provider left behind its URLs into our storage, or look at it where it is handed on (see
 * `temporaryUrls`). Everything here may be repeated: a broken
 * download starts again, a dead link is renewed by asking the provider, a full storage is tried later. Nothing here
 * ever buys again.
 */
export async function fetchOutputs(context: BffContext, lease: Lease, order: WorkOrder): Promise<Verdict> {
  const stored: StoredAsset[] = [...(order.work.stored ?? [])];
  const failures: ProviderFailure[] = [...(order.work.failures ?? [])];
  const known = new Set([...stored, ...failures].map(({ index }) => index));
  for (const output of order.work.outputs ?? []) {
    if (output.index >= order.outputs || known.has(output.index)) continue;
    known.add(output.index);
    const result = await fetchOne(context, lease, order, output).catch((error: unknown) => {
      // Broken off, and still ours: what was copied before need not be copied again.
      const isFresh = stored.length > (order.work.stored?.length ?? 0);
      if (!isFresh || lease.lost.aborted || !(error instanceof LeaseLost)) throw error;
      return { verdict: { next: "later", delayMs: 0, changes: {} } } satisfies FetchResult;
    });
    if ("asset" in result) stored.push(result.asset);
    else if ("gone" in result) failures.push({ index: output.index, code: "output_unavailable" });
    else if ("damaged" in result) failures.push({ index: output.index, code: "provider_failed" });
    else return keep(result.verdict, { stored, failures });
  }
  return { next: "continue", changes: { step: "settling", work: { ...order.work, stored, failures } } };
}

type FetchResult = { asset: StoredAsset } | { gone: true } | { damaged: true } | { verdict: Verdict };

async function fetchOne(
  context: BffContext,
  lease: Lease,
  order: WorkOrder,
  output: RemoteOutput,
): Promise<FetchResult> {
  if (hasExpired(order, output)) return renewLinks(context, lease, order, output);
  try {
    const { stream } = await context.guardedFetch(output.url, { signal: lease.signal });
    const result =
      context.storage.temporary === undefined
        ? await storeOne(context, order, output.index, stream, lease.signal, output.metadata)
        : await handOnOne(order, output, stream, lease.signal);
    if ("asset" in result) return result;
    // A cut connection and a damaged file look alike: only a second copy tells them apart.
    return {
      verdict: tryAgain(order, "fetch", { exhausted: settleWithout(order, output, "provider_failed") }),
    };
  } catch (error) {
    if (lease.signal.aborted) throw new LeaseLost();
    context.logger.warn({ generation_id: order.id, error }, "an output could not be copied");
    const changes: StepChanges = { error: errorForTheBooks(error) };
    if (isAppError(error, "upload_failed"))
      return {
        verdict: tryAgain(order, "store", { changes, exhausted: { next: "fail", code: "upload_failed" } }),
      };
    if (isAppError(error, "asset_url_not_allowed")) return { gone: true };
    if (isFetchFailed(error) && isDeadLink(error.status)) return renewLinks(context, lease, order, output);
    return {
      verdict: tryAgain(order, "fetch", {
        changes,
        exhausted: settleWithout(order, output, "output_unavailable"),
      }),
    };
  }
}

/** What is handed on must work a while longer; noted only then. */
function hasExpired({ now }: WorkOrder, { expires_at: end }: RemoteOutput): boolean {
  return end !== undefined && Date.parse(end) <= Date.parse(now);
}

/** 408, 425 and 429 say "later"; every other 4xx says that this address is good for nothing any more. */
function isDeadLink(status: number | undefined): boolean {
  return status !== undefined && status >= 400 && status < 500 && ![408, 425, 429].includes(status);
}

/** Links live for a minute at some vendors: a dead one is no loss while the provider still knows the job. */
async function renewLinks(
  context: BffContext,
  lease: Lease,
  order: WorkOrder,
  output: RemoteOutput,
): Promise<FetchResult> {
  const provider = context.catalogue.find(order.operation, order.provider)?.provider;
  if (provider?.check === undefined || order.job === null) return { gone: true };
  const exhausted = settleWithout(order, output, "output_unavailable");
  const answer = await provider
    .check(order.job, { signal: lease.signal, logger: context.logger })
    .catch((error: unknown) => {
      if (lease.signal.aborted) throw new LeaseLost();
      context.logger.warn({ generation_id: order.id, error }, "a link could not be renewed");
      return undefined;
    });
  const fresh: RemoteOutput[] = [];
  if (answer?.state === "done")
    for await (const given of answer.outputs)
      if ("url" in given.source) fresh.push(toRemote(context, order, given));
  const changes: StepChanges = fresh.length > 0 ? { work: { outputs: fresh } } : {};
  return { verdict: tryAgain(order, "refresh", { changes, delayMs: 0, exhausted }) };
}

/** Gives one output up and goes on with the others. */
function settleWithout(order: WorkOrder, output: RemoteOutput, code: ProviderFailure["code"]): Verdict {
  return {
    next: "continue",
    changes: {
      work: { ...order.work, failures: [...(order.work.failures ?? []), { index: output.index, code }] },
    },
  };
}

/** What was copied before an interruption need not be copied again. */
function keep(
  verdict: Verdict,
  done: { stored: readonly StoredAsset[]; failures: readonly ProviderFailure[] },
): Verdict {
  if (verdict.next !== "later" && verdict.next !== "continue") return verdict;
  const failures = verdict.changes.work?.failures ?? done.failures;
  return {
    ...verdict,
    changes: {
      ...verdict.changes,
      work: {
        ...verdict.changes.work,
        stored: done.stored,
        failures: [
          ...new Map([...done.failures, ...failures].map((failure) => [failure.index, failure])).values(),
        ],
      },
    },
  };
}
