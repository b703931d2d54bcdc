import type { StoredGeneration } from "../../events/stored-generation.ts";
import type { RouteHandler } from "../call.ts";
import { waitForNews } from "../long-poll.ts";
import { json } from "../respond.ts";
import { showGeneration } from "../sign-urls.ts";

/** `GET /tasks/{id}/status`, at once or when there is news. */
export const status: RouteHandler<"status"> = async ({
  context,
  caller,
  params,
  query,
  request,
  watcher,
}) => {
  const found = await context.database.call("genbff_status", {
    p_user_id: caller.userId,
    p_id: params.id ?? "",
    p_service: query.service ?? null,
  });
  const stored = found as unknown as StoredGeneration;
  if (stored.completed_at === null) context.engine.asked?.(stored.generation_id);
  const seen = query.version ?? stored.version;
  const latest = await waitForNews({
    watcher,
    clock: context.clock,
    userId: caller.userId,
    stored,
    waitMs: (query.wait ?? 0) * 1000,
    until: ({ version }) => version > seen,
    signals: [request.signal, context.closing],
  });
  return json(200, await showGeneration(context.storage, latest));
};
