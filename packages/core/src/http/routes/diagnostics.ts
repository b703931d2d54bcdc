import type { TickEvent } from "../../contract/diagnostics.ts";
import type { RouteHandler } from "../call.ts";
import { createSseWriter } from "../sse-writer.ts";

/** In the place of a user, for the count of open streams: no token has such a name. */
const nobody = "\ndiagnostics";

/**
 * `GET /diagnostics/stream`: `seconds` numbered events, one at once and one about each second, then the end. Asks nobody
 * who they are and tells nothing of anybody. As many of them at once, of everybody, as one user may have streams.
 */
export const diagnosticStream: RouteHandler<"diagnosticStream"> = ({ context, query, request, streams }) => {
  const last = Number(/^\d{1,2}$/.exec(request.headers.get("last-event-id") ?? "")?.[0] ?? 0);
  if (last >= query.seconds) return new Response(null, { status: 204 });

  let tick = last;
  let forget = () => {};
  const writer = createSseWriter(() => forget(), context.clock);
  const write = (now: number) => {
    tick += 1;
    const data: TickEvent = { tick, of: query.seconds, sent_at: new Date(now).toISOString() };
    writer.event("tick", data, tick);
    if (tick === query.seconds) writer.end();
  };
  forget = streams.add({
    userId: nobody,
    beat: (now) => (request.signal.aborted ? writer.end() : write(now)),
    close() {
      writer.retry(1000);
      writer.end();
    },
  });
  writer.retry(1000);
  write(context.clock.now());
  return new Response(writer.body, {
    headers: { "content-type": "text/event-stream", "cache-control": "no-store", "x-accel-buffering": "no" },
  });
};
