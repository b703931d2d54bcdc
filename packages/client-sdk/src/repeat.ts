import { type GenbffError, isGenbffError } from "./errors.ts";
import { backoffMs, pause } from "./pause.ts";

const triesMax = 3;
const patienceMs = 10_000;

/**
 * Sends again, at most twice, what got no answer or came at a bad moment. Only for what is safe to repeat: a `GET`,
 * a `PUT` of the same bytes, a `POST` with its `Idempotency-Key`.
 */
export async function repeated<Answer>(
  send: () => Promise<Answer>,
  signal: AbortSignal | undefined,
): Promise<Answer> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await send();
    } catch (error) {
      const delayMs = attempt < triesMax && isGenbffError(error) ? repeatAfterMs(error, attempt) : undefined;
      if (delayMs === undefined) throw error;
      await pause(delayMs, signal);
    }
  }
}

/** When to send it again; nothing where that is useless or would keep people waiting for too long. */
function repeatAfterMs(error: GenbffError, attempt: number): number | undefined {
  const gateway = error.code === "unexpected_answer" && [502, 503, 504].includes(error.status);
  const unanswered = error.code === "network" || error.code === "idempotency_in_progress" || gateway;
  const busy = error.status === 503 && error.retryAfterMs !== undefined;
  if (!unanswered && !busy) return undefined;
  const delayMs = Math.max(error.retryAfterMs ?? 0, backoffMs(attempt, 500, 4000));
  return delayMs <= patienceMs ? delayMs : undefined;
}
