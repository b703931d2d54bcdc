import { type GenbffError, isGenbffError } from "./errors.ts";
import { backoffMs, pause } from "./pause.ts";
import { randomUuid } from "./random-uuid.ts";
import type { Call, Transport } from "./transport.ts";

const tries = 3;
const patienceMs = 10_000;

/**
 * Posts something that costs money, so that it happens once however often it is sent.
 *
 * The POST is repeated only because it carries an `Idempotency-Key`: the server answers a repetition with what the
 * first one did.
 */
export async function postOnce<Answer>(
  transport: Transport,
  call: Call & { idempotencyKey: string | undefined },
): Promise<Answer> {
  const headers = { ...call.headers, "idempotency-key": call.idempotencyKey ?? randomUuid() };
  for (let attempt = 1; ; attempt++) {
    try {
      return await transport.call<Answer>({ ...call, method: "POST", headers });
    } catch (error) {
      const delayMs = attempt < tries && isGenbffError(error) ? repeatAfterMs(error, attempt) : undefined;
      if (delayMs === undefined) throw error;
      await pause(delayMs, call.signal);
    }
  }
}

/** When to send it again; nothing where that is useless or would keep people waiting for too long. */
function repeatAfterMs(error: GenbffError, attempt: number): number | undefined {
  const gateway = error.code === "unexpected_answer" && [502, 504].includes(error.status);
  const unanswered = error.code === "network" || error.code === "idempotency_in_progress" || gateway;
  const busy = error.status === 503 && error.retryAfterMs !== undefined;
  if (!unanswered && !busy) return undefined;
  const delayMs = Math.max(error.retryAfterMs ?? 0, backoffMs(attempt, 500, 4000));
  return delayMs <= patienceMs ? delayMs : undefined;
}
