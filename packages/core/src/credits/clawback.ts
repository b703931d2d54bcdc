import type { Hooks } from "../create-bff.ts";
import type { Database } from "../database/port.ts";
import { isAppError } from "../errors/app-error.ts";
import { callOperator } from "../operators/call-operator.ts";
import { consoleLogger, type Logger, redacting } from "../shared/logger.ts";

/** Whom a ledger calls when credits cannot be taken back. */
export interface LedgerOptions {
  /** `onOperatorAlert` is told of a clawback that is refused. */
  readonly hooks?: Pick<Hooks, "onOperatorAlert">;
  /** Default: warnings and errors to the console. */
  readonly logger?: Logger;
  /** One alert per correction within this time, however often it is tried again. Default 15 min. */
  readonly operatorAlertMs?: number;
}

/** A correction as its caller asked for it. */
interface Correction {
  readonly walletId: string;
  readonly amount: number;
  readonly idempotencyKey: string;
  readonly reason: string;
  readonly actor: string;
}

/**
 * Makes a correction; one that would take more than is available is refused as before, and an operator is called:
 * somebody was paid back for what is already spent, and no program can settle that (`reliability-spec.md` R12).
 */
export async function correct<Result>(
  database: Database,
  { hooks = {}, logger = consoleLogger, operatorAlertMs: windowMs = 15 * 60_000 }: LedgerOptions,
  { walletId, amount, idempotencyKey, reason, actor }: Correction,
  adjust: () => Promise<Result>,
): Promise<Result> {
  try {
    return await adjust();
  } catch (error) {
    if (amount >= 0 || !isAppError(error) || error.code !== "insufficient_credits") throw error;
    const { required, available } = error.details as { required: number; available: number };
    await callOperator(
      { database, hooks, logger: redacting(logger), windowMs },
      {
        about: `correction ${JSON.stringify([walletId, idempotencyKey])}`,
        alert: { kind: "clawback_refused", walletId, required, available, idempotencyKey, reason, actor },
        message: "credits could not be taken back",
        again: "credits still could not be taken back",
        fields: { wallet_id: walletId, required, available, idempotency_key: idempotencyKey, reason, actor },
      },
    );
    throw error;
  }
}
