import type { BffContext } from "../../context.ts";
import { createLedger, type Ledger } from "../../credits/ledger.ts";
import type { Repeatable } from "../../credits/ledger-types.ts";
import type { JsonObject } from "../../shared/json.ts";
import { replayedHeader, whileKeyIsBusy } from "../answer-started.ts";
import type { Call, RouteHandler } from "../call.ts";
import { requiredIdempotencyKeyOf } from "../idempotency-key.ts";
import { json } from "../respond.ts";

type Subject = Call<"adminInspect">["body"]["subject"];

/** `POST /admin/grant` */
export const adminGrant: RouteHandler<"adminGrant"> = (call) =>
  move(call, async (ledger, named) => {
    const { wallet_id: walletId, amount, reason, priority, expires_in_ms: expiresInMs } = call.body;
    const granted = await ledger.grant({
      ...named,
      walletId,
      amount,
      reason,
      ...(priority === undefined ? {} : { priority }),
      ...(expiresInMs === undefined ? {} : { expiresInMs }),
    });
    const { transactionId, grantId, balanceAfter, replayed } = granted;
    return {
      replayed,
      body: {
        transaction_id: transactionId,
        grant_id: grantId,
        amount: granted.amount,
        balance_after: balanceAfter,
      },
    };
  });

/** `POST /admin/adjust` */
export const adminAdjust: RouteHandler<"adminAdjust"> = (call) =>
  move(call, async (ledger, named) => {
    const { wallet_id: walletId, amount, reason } = call.body;
    const { replayed, ...adjusted } = await ledger.adjust({ ...named, walletId, amount, reason });
    return { replayed, body: { transaction_id: adjusted.transactionId, amount: adjusted.amount } };
  });

/** `POST /admin/refund` */
export const adminRefund: RouteHandler<"adminRefund"> = (call) =>
  move(call, async (ledger, named) => {
    const { hold_id: holdId, amount, reason } = call.body;
    const { replayed, ...entry } = await ledger.refund(holdId, { ...named, amount, reason });
    return {
      replayed,
      body: { transaction_id: entry.transactionId, amount: entry.amount, balance_after: entry.balanceAfter },
    };
  });

/** `POST /admin/inspect` */
export const adminInspect: RouteHandler<"adminInspect"> = async ({ context, body: { subject, id } }) =>
  json(200, { subject, ...(await inspectors[subject](context, id)) });

const inspectors: Record<Subject, (context: BffContext, id: string) => Promise<JsonObject>> = {
  user: async ({ database, walletOf }, id) => {
    const wallet = { p_user_id: id, p_wallet_id: await walletOf(id) };
    return (await database.call("genbff_inspect_user", wallet)) as JsonObject;
  },
  wallet: async ({ database }, id) =>
    (await database.call("genbff_inspect_wallet", { p_wallet_id: id })) as JsonObject,
  generation: async ({ database }, id) =>
    (await database.call("genbff_inspect_generation", { p_generation_id: id })) as JsonObject,
};

/**
 * Moves credits by the ledger's own functions. The key is the ledger's too: it belongs to one wallet and one kind of
 * movement, whoever asks; the actor is part of what a repeat must agree with.
 */
async function move(
  { context, caller, request }: Pick<Call<"adminGrant">, "context" | "caller" | "request">,
  act: (
    ledger: Ledger,
    named: { idempotencyKey: string; actor: string },
  ) => Promise<Repeatable & { body: JsonObject }>,
): Promise<Response> {
  const idempotencyKey = requiredIdempotencyKeyOf(request);
  const { hooks, logger, limits } = context;
  const ledger = createLedger(context.database, { hooks, logger, operatorAlertMs: limits.operatorAlertMs });
  const { body, replayed } = await whileKeyIsBusy(idempotencyKey, () =>
    act(ledger, { idempotencyKey, actor: caller.userId }),
  );
  return json(200, body, replayedHeader(replayed));
}
