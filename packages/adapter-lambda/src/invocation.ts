import { AsyncLocalStorage } from "node:async_hooks";

/** One call of the function by Lambda. */
export interface Invocation {
  /** By `performance.now()`: from then on nothing is begun, and what can be done again is given back. */
  readonly workEndsAt: number;
}

const invocations = new AsyncLocalStorage<Invocation>();

/** What Lambda tells a handler, as far as it is read. */
export interface LambdaContext {
  getRemainingTimeInMillis(): number;
}

/** What is kept of an invocation's time to give leases back and to answer. */
const reserveMs = 4000;

/** How long this invocation may work: as long as is wanted, and not so long that it could not answer. */
export function workMs(context: LambdaContext, wantedMs = Number.POSITIVE_INFINITY): number {
  return Math.max(0, Math.min(wantedMs, context.getRemainingTimeInMillis() - reserveMs));
}

/** Runs something as part of an invocation that may work so long. */
export function invoked<Result>(budgetMs: number, run: () => Promise<Result>): Promise<Result> {
  return invocations.run({ workEndsAt: performance.now() + budgetMs }, run);
}

/** The invocation that the running code belongs to; undefined where it belongs to none. */
export function currentInvocation(): Invocation | undefined {
  return invocations.getStore();
}

const answerMs = 1000;

/** For wake-ups of an answer that was streamed for longer than the invocation works. */
const settleMsMin = 3000;

/**
 * Waits for what would be lost in a frozen process, as long as the invocation may. What is not over by then is as after
 * a death: leases run out, and a wake-up that was lost is made up for by the schedule.
 */
export async function settle(
  bff: { readonly settled: () => Promise<void> },
  context: LambdaContext,
): Promise<void> {
  const workLeftMs = (currentInvocation()?.workEndsAt ?? 0) - performance.now();
  const wantedMs = Math.max(settleMsMin, workLeftMs + reserveMs - answerMs);
  const { promise: late, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(
    resolve,
    Math.max(0, Math.min(wantedMs, context.getRemainingTimeInMillis() - answerMs)),
  );
  try {
    await Promise.race([bff.settled(), late]);
  } finally {
    clearTimeout(timer);
  }
}
