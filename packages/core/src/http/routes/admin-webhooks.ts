import type { JsonObject } from "../../shared/json.ts";
import { givenUpWebhooks, readGivenUp } from "../../webhooks/given-up.ts";
import type { RouteHandler } from "../call.ts";
import { pageOf, readCursor } from "../cursor.ts";
import { toIso } from "../present-generation.ts";
import { json } from "../respond.ts";

/** `GET /admin/webhooks`: what was given up. */
export const adminWebhooks: RouteHandler<"adminWebhooks"> = async ({
  context,
  caller,
  query,
  signedText,
}) => {
  const owner = { list: "given_up_webhooks", userId: caller.userId } as const;
  const before = await readCursor(signedText, owner, query.cursor);
  const page = await pageOf(signedText, owner, {
    rows: await readGivenUp(context.database, query.limit + 1, before as JsonObject | null),
    limit: query.limit,
    positionOf: ({ id, given_up_at }) => ({ id, given_up_at }),
    show: ({ id: _id, ...row }) => ({
      ...row,
      created_at: toIso(row.created_at),
      given_up_at: toIso(row.given_up_at),
    }),
  });
  return json(200, page);
};

/** `POST /admin/webhooks/send-again`: a repeat finds them waiting, and does nothing. */
export const adminSendWebhooksAgain: RouteHandler<"adminSendWebhooksAgain"> = async ({ context, body }) =>
  json(200, { sent_again: await givenUpWebhooks(context.database).sendAgain(body.event_ids) });
