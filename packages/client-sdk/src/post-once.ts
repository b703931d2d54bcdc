import { randomUuid } from "./random-uuid.ts";
import type { Call, Transport } from "./transport.ts";

/**
 * Posts something that costs money, so that it happens once however often it is sent.
 *
 * The POST is repeated only because it carries an `Idempotency-Key`: the server answers a repetition with what the
 * first one did.
 */
export function postOnce<Answer>(
  transport: Transport,
  call: Call & { idempotencyKey: string | undefined },
): Promise<Answer> {
  const headers = { ...call.headers, "idempotency-key": call.idempotencyKey ?? randomUuid() };
  return transport.call<Answer>({ ...call, method: "POST", headers, repeat: true });
}
