import type { BffContext } from "../../context.ts";
import type { ProviderError } from "../../errors/provider-error.ts";
import type { ProviderAnswer, ProviderOutput } from "../../providers/port.ts";
import type { JsonObject, JsonValue } from "../../shared/json.ts";
import type { Lease } from "../lease.ts";
import { clampProgress } from "../progress-reports.ts";
import { toRemote } from "../remote-outputs.ts";
import { costOf, errorForTheBooks, type Verdict } from "../verdict.ts";
import type { RemoteOutput, WorkOrder } from "../work-order.ts";
import { pauseBeforeNextLookMs } from "./look-pace.ts";
import { storeStreams } from "./store-streams.ts";

/** What to do with what the provider said, whether it was asked for the first time or for the tenth. */
export async function onAnswer(
  context: BffContext,
  lease: Lease,
  order: WorkOrder,
  answer: ProviderAnswer,
): Promise<Verdict> {
  switch (answer.state) {
    case "running":
      return {
        next: "later",
        delayMs: pauseBeforeNextLookMs(answer.pollAfterMs, ageMsOf(order)),
        changes: {
          step: "submitted",
          job: answer.reference,
          ...(order.job === null ? { outcome: "accepted" as const, health: "ok" as const } : {}),
          ...(answer.progress === undefined ? {} : { progress: clampProgress(answer.progress) }),
          ...(answer.stage === undefined ? {} : { stage: answer.stage }),
        },
      };
    case "refused":
      throw answer.error;
    case "done": {
      const [first, all] = await peek(answer.outputs);
      if (first !== undefined && "stream" in first.source)
        return storeStreams(context, lease, order, all, answer);
      if (first !== undefined && "json" in first.source)
        return keepJson(context, order, first.source.json, answer);
      const outputs: RemoteOutput[] = [];
      for await (const output of all) outputs.push(toRemote(context, order, output));
      return {
        next: "continue",
        changes: {
          step: "fetching",
          stage: "Putting it on your table",
          outcome: "done",
          ...(answer.reference === undefined ? {} : { job: answer.reference }),
          ...costOf(answer),
          work: { outputs, failures: answer.failures ?? [] },
        },
      };
    }
  }
}

/** Since the submission left, by the database's own clock; 0 while it is only leaving. */
function ageMsOf({ now, attempt_row: { intent_at: intentAt } }: WorkOrder): number {
  return intentAt === null ? 0 : Date.parse(now) - Date.parse(intentAt);
}

/** An output that is JSON, if it is what the operation promises. */
function keepJson(
  context: BffContext,
  order: WorkOrder,
  json: JsonValue,
  answer: Extract<ProviderAnswer, { state: "done" }>,
): Verdict {
  const schema = context.catalogue.find(order.operation, order.provider)?.operation.output;
  const parsed = typeof schema === "object" ? schema.safeParse(json) : undefined;
  if (parsed?.success !== true)
    return { next: "fail", code: "provider_failed", outcome: "done", ...costOf(answer) };
  return {
    next: "continue",
    changes: {
      step: "settling",
      outcome: "done",
      ...(answer.reference === undefined ? {} : { job: answer.reference }),
      ...costOf(answer),
      work: { json: parsed.data as JsonValue },
    },
  };
}

/** A provider's failure as users may see it. Money and keys at the vendor are never theirs to mend. */
export function publicly(
  error: ProviderError,
): Pick<Extract<Verdict, { next: "fail" }>, "code" | "details" | "error" | "cost"> {
  const kept = { error: errorForTheBooks(error), ...costOf(error) };
  if (error.operator) return { code: "provider_unavailable", ...kept };
  const { code, details } = error;
  return { code, ...kept, ...(details === undefined ? {} : { details: details as JsonObject }) };
}

/** The first output, to see of which kind they are, and all of them, the first included. */
async function peek(
  outputs: Iterable<ProviderOutput> | AsyncIterable<ProviderOutput>,
): Promise<[ProviderOutput | undefined, AsyncIterable<ProviderOutput>]> {
  const iterator = (async function* () {
    yield* outputs;
  })();
  const first = await iterator.next();
  return [
    first.done ? undefined : first.value,
    (async function* () {
      if (!first.done) yield first.value;
      yield* iterator;
    })(),
  ];
}
