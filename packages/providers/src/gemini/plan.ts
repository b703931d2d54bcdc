import {
  isProviderError,
  type Logger,
  type ProviderAnswer,
  type ProviderCost,
  ProviderError,
} from "@genbff/core";
import { costOf } from "./cost.ts";
import { toRepairRequest } from "./plan-request.ts";
import { type PlanReading, readPlan } from "./read-plan.ts";
import type { GeminiRequest } from "./to-request.ts";
import { tellModel } from "./to-result.ts";

/** What a plan is made with. */
export interface Planning {
  readonly request: GeminiRequest;
  readonly brief: string;
  readonly count: number;
  /** Sends one request and reads its answer. Throws a `ProviderError` for anything but an answer. */
  readonly ask: (request: GeminiRequest) => Promise<unknown>;
  readonly cancelled: AbortSignal;
  readonly logger: Logger;
}

/**
 * Asks for a plan, and has it repaired once if it came whole and is none.
 *
 * The repair is a second call within one submission, of its own price: another thing than a retry, for it is sent only
 * after an answer that is known to the last letter, asks for something else, and happens at most once. When it fails,
 * the plan has failed: nothing of it may be sent again by itself, as the first answer was bought. Only a lost answer to
 * it stays `unknown`.
 *
 * @throws ProviderError - of the first call as it is; of the second as `failed` or `unknown`.
 */
export async function plan(planning: Planning): Promise<ProviderAnswer> {
  const { request, brief, count, ask, cancelled, logger } = planning;
  const first = readPlan(await ask(request), count, logger);
  tellModel(first.answer, request.model, logger);
  if ("prompts" in first) return done(first);
  if (cancelled.aborted)
    throw failed("cancelled", "stopped before its plan was repaired", costOf(first.answer));
  logger.info({ provider: "gemini", problem: first.problem }, "a plan is being repaired");
  let second: PlanReading;
  try {
    second = readPlan(await ask(toRepairRequest(request, brief, first)), count, logger);
  } catch (error) {
    throw isProviderError(error) ? afterRepair(error, costOf(first.answer)) : error;
  }
  if ("prompts" in second) return done(second, first);
  throw failed(
    "provider_failed",
    "two answers in a row held no usable plan",
    costOf(first.answer, second.answer),
  );
}

function done(reading: Extract<PlanReading, { prompts: string[] }>, first?: PlanReading): ProviderAnswer {
  return {
    state: "done",
    outputs: [{ index: 0, source: { json: { prompts: reading.prompts } } }],
    cost: costOf(first?.answer, reading.answer),
  };
}

/** Whatever the vendor says to the repair, the first answer was bought: waiting and sending all again would buy it twice. */
function afterRepair(error: ProviderError, first: ProviderCost | undefined): ProviderError {
  const cost = sumOf(first, error.cost);
  const { outcome, message, details } = error;
  const told = details === undefined ? {} : { details };
  if (outcome === "unknown" || error.code === "content_rejected")
    return new ProviderError(outcome === "unknown" ? "submission_unknown" : "content_rejected", {
      outcome,
      message,
      cost,
      ...told,
    });
  return failed("provider_failed", `its plan could not be repaired; ${error.message}`, cost, error.operator);
}

function sumOf(first: ProviderCost | undefined, second: ProviderCost | undefined): ProviderCost | undefined {
  if (first === undefined || second === undefined) return first ?? second;
  return { unit: first.unit, amount: first.amount + second.amount };
}

function failed(
  code: "provider_failed" | "cancelled",
  why: string,
  cost: ProviderCost | undefined,
  operator = false,
): ProviderError {
  return new ProviderError(code, { outcome: "failed", message: `gemini: ${why}`, cost, operator });
}
