import { invoked, type LambdaContext, settle, workMs } from "./invocation.ts";
import { workMsDefault } from "./to-lambda.ts";

/** What of a BFF sweeps. */
export interface SweepingBff {
  readonly start: () => Promise<void>;
  readonly wakeDue: (limits: { readonly budgetMs: number }) => Promise<number>;
  readonly settled: () => Promise<void>;
}

/** How the schedule works. */
export interface ScheduleOptions {
  /** How long an invocation works: tidies up and, where the engine is `onDemand()`, advances. Default 20 s. */
  readonly budgetMs?: number | undefined;
}

/**
 * What timers do elsewhere, once an invocation: it ends what is past its deadline, wakes what is due or was abandoned by
 * a worker that died, and sends outgoing webhooks. Once a minute, the shortest that schedules know, suffices: what is
 * taken over waits for its lease, 20 s, and for the schedule.
 *
 * Any number of them may run at once. Resolves to how many were woken.
 *
 * @throws Error - the database could not be asked: the next invocation does it.
 *
 * @example
 * export const handler = toSchedule(bff);
 */
export function toSchedule(
  bff: SweepingBff,
  { budgetMs: wantedMs = workMsDefault }: ScheduleOptions = {},
): (event: unknown, context: LambdaContext) => Promise<{ readonly woken: number }> {
  return async (_event, context) => {
    const budgetMs = workMs(context, wantedMs);
    return invoked(budgetMs, async () => {
      await bff.start();
      const woken = await bff.wakeDue({ budgetMs });
      await settle(bff, context);
      return { woken };
    });
  };
}
