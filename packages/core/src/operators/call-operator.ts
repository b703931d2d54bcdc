import type { Hooks } from "../create-bff.ts";
import type { Database } from "../database/port.ts";
import type { Logger } from "../shared/logger.ts";
import type { OperatorAlert } from "./operator-alert.ts";

/** How an operator is reached, and how often about one thing. */
export interface Operators {
  readonly database: Database;
  readonly logger: Logger;
  readonly hooks: Pick<Hooks, "onOperatorAlert">;
  readonly windowMs: number;
}

/** What it is about, and what the log says of it. */
export interface Call {
  /** Of two calls about the same within the window, one is made. */
  readonly about: string;
  readonly alert: OperatorAlert;
  readonly message: string;
  /** What the log says of those that are not made. */
  readonly again: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/**
 * Calls the operator: in the log and by the hook, once per subject and window over all processes. Never rejects: what
 * goes wrong here is logged, and harms nothing of what it is about.
 */
export async function callOperator(
  { database, logger, hooks, windowMs }: Operators,
  { about, alert, message, again, fields }: Call,
): Promise<void> {
  try {
    const answer = await database.call("genbff_operator_alert", { p_about: about, p_window_ms: windowMs });
    if (!(answer as { alert: boolean }).alert) return logger.warn(fields, again);
    logger.error(fields, message);
    await hooks.onOperatorAlert?.(alert);
  } catch (failure) {
    logger.error({ ...fields, failure }, "an operator could not be called");
  }
}
