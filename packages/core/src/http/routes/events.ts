import type { RouteHandler } from "../call.ts";
import { streamEvents } from "../event-stream.ts";
import { issueTicket } from "../events-ticket.ts";
import { json } from "../respond.ts";

/** `GET /tasks/{id}/events` */
export const events: RouteHandler<"events"> = (call) => streamEvents(call, call.params.id ?? "");

/** `POST /tasks/{id}/events/ticket` */
export const eventsTicket: RouteHandler<"eventsTicket"> = async ({ context, caller, params, signedText }) => {
  const id = params.id ?? "";
  await context.database.call("genbff_stream", { p_user_id: caller.userId, p_id: id });
  return json(201, await issueTicket(signedText, caller, id));
};
