import type { RouteHandler } from "../call.ts";
import { pageOf, readCursor } from "../cursor.ts";
import { toIso } from "../present-generation.ts";
import { json } from "../respond.ts";

interface StoredMovement {
  readonly id: string;
  readonly created_at: string;
}

/** `GET /credits/balance` */
export const balance: RouteHandler<"balance"> = async ({ context, caller }) =>
  json(200, await context.database.call("genbff_balance", { p_wallet_id: caller.walletId }));

/** `GET /credits/history` */
export const history: RouteHandler<"history"> = async ({ context, caller, query, signedText }) => {
  const owner = { list: "history", userId: caller.userId } as const;
  const rows = await context.database.call("genbff_history", {
    p_wallet_id: caller.walletId,
    p_limit: query.limit,
    p_before: await readCursor(signedText, owner, query.cursor),
  });
  const page = await pageOf(signedText, owner, {
    rows: rows as unknown as StoredMovement[],
    limit: query.limit,
    positionOf: ({ id, created_at }) => ({ id, created_at }),
    show: (movement) => ({ ...movement, created_at: toIso(movement.created_at) }),
  });
  return json(200, page);
};
