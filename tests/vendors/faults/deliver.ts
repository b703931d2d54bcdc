import type { Logger, Provider, ProviderJob } from "@genbff/core";
import { files } from "@genbff/core/files";
import { createGuardedFetch } from "../../../packages/core/src/assets/guarded-fetch.ts";
import { createOutputKeys } from "../../../packages/core/src/assets/output-keys.ts";
import type { BffContext } from "../../../packages/core/src/context.ts";
import type { Lease } from "../../../packages/core/src/generations/lease.ts";
import { check } from "../../../packages/core/src/generations/steps/check.ts";
import { fetchOutputs } from "../../../packages/core/src/generations/steps/fetch-outputs.ts";
import { onAnswer } from "../../../packages/core/src/generations/steps/on-answer.ts";
import { deliver } from "../../../packages/core/src/generations/steps/settle.ts";
import type { StepChanges, Verdict } from "../../../packages/core/src/generations/verdict.ts";
import type { WorkOrder } from "../../../packages/core/src/generations/work-order.ts";
import { builtInOperations } from "../../../packages/core/src/operations/built-in/index.ts";
import type { Ordered } from "../order.ts";

/** Where core works, and what it is told. */
export interface Workplace {
  readonly provider: Provider<object>;
  /** The only machine that may be private, by both of its names. */
  readonly trustedOrigins: readonly string[];
  /** Of the storage. */
  readonly directory: string;
  readonly logger: Logger;
  readonly timeoutMs: number;
}

type Done = Extract<Ordered["answer"], { state: "done" }>;

/**
 * Lets core take what a provider has made: its own steps, from the answer to the decision what is delivered, with its
 * guarded fetch, its inspection and its storage. Only the database is left out, and the pauses between two tries.
 *
 * @throws ProviderError - the answer broke off while it was read.
 */
export async function deliverAll(
  workplace: Workplace,
  { job, taken }: Ordered,
  answer: Done,
): Promise<string> {
  const never = new AbortController().signal;
  const lease = { signal: never, lost: never, cancelled: never } as unknown as Lease;
  const context = toContext(workplace, job);
  let order = toOrder(job, taken);
  let verdict: Verdict = await onAnswer(context, lease, order, answer);
  while (verdict.next === "continue" || verdict.next === "later") {
    order = committed(order, verdict.changes);
    verdict = await step(context, lease, order);
  }
  if (verdict.next === "fail") return `undelivered: ${verdict.code}`;
  if (verdict.next !== "finish") throw new Error(`Core wants to ${verdict.next}.`);
  const delivered = verdict.work.json === undefined ? verdict.assets.length : 1;
  return delivered === job.outputs ? "complete" : `complete, ${delivered} of ${job.outputs}`;
}

async function step(context: BffContext, lease: Lease, order: WorkOrder): Promise<Verdict> {
  if (order.step === "submitted") return check(context, lease, order);
  return order.step === "settling" ? deliver(order) : fetchOutputs(context, lease, order);
}

function toContext({ provider, directory, ...rest }: Workplace, { operation }: ProviderJob): BffContext {
  const { trustedOrigins, logger, timeoutMs } = rest;
  const timeouts = { connectMs: timeoutMs, headersMs: timeoutMs, idleMs: timeoutMs, totalMs: 20_000 };
  const storage = files(directory);
  storage.configure?.({ publicUrl: "https://bff.test", basePath: "", secret: "s".repeat(32) });
  const known = builtInOperations[operation as keyof typeof builtInOperations];
  return {
    guardedFetch: createGuardedFetch({ trustedOrigins, logger, timeouts }),
    storage,
    logger,
    outputKeys: createOutputKeys({}, () => undefined),
    catalogue: { find: () => ({ provider, operation: known }), provider: () => provider },
  } as unknown as BffContext;
}

function toOrder(job: ProviderJob, taken: Ordered["taken"]): WorkOrder {
  const kind = job.operation.endsWith("model") ? "model" : "image";
  const assets = Array.from({ length: job.outputs }, (_, index) => ({
    id: String(index),
    index,
    file_index: index,
    kind,
  }));
  return {
    id: job.generationId,
    task_id: "task",
    user_id: "user",
    operation: job.operation,
    input: job.input,
    provider: "provider",
    outputs: job.outputs,
    step: "submitted",
    deadline_at: "2999-01-01T00:00:00Z",
    now: new Date().toISOString(),
    job: taken ?? null,
    work: {},
    retries: {},
    assets,
  } as unknown as WorkOrder;
}

/** As `genbff_record` writes it: work and retries are merged. */
function committed(order: WorkOrder, changes: StepChanges): WorkOrder {
  return {
    ...order,
    step: changes.step ?? order.step,
    job: changes.job ?? order.job,
    work: { ...order.work, ...changes.work },
    retries: { ...order.retries, ...changes.retries },
  };
}
