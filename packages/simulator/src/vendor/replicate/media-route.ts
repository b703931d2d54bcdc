import type { Exchange, World } from "../vendor.ts";
import { filesOf, type PredictionViews } from "./prediction-view.ts";
import { progressAt } from "./progress.ts";
import { notFound } from "./refusal.ts";
import type { PredictionRecord, ReplicateStore } from "./store.ts";
import { createWorkshop, typeOf } from "./workshop.ts";

/** Serves outputs, as `replicate.delivery` does: without a token, and for an hour. */
export function createMediaRoute(world: World, store: ReplicateStore, views: PredictionViews) {
  const fileOf = createWorkshop(world);
  return async ({ request, fault }: Exchange): Promise<Response> => {
    const [name = "", id = ""] = request.path.split("/").reverse();
    const record = store.prediction(id);
    const now = world.now();
    if (!record) throw notFound();
    const isExpired = [record.fate, fault].some((one) => one?.kind === "link_expired");
    // The files are gone because the hour is over: then the rest is gone as well.
    if (isExpired) store.save({ ...record, removed_ms: now });
    if (isExpired || views.isRemoved(record, now) || !isThere(record, name, now)) throw notFound();
    const bytes = await fileOf(record, name);
    const headers = { "content-type": typeOf(name), "content-length": String(bytes.length) };
    return new Response(new Uint8Array(bytes), { headers });
  };
}

function isThere(record: PredictionRecord, name: string, now: number): boolean {
  return filesOf(record).slice(0, progressAt(record, now).outputs).includes(name);
}
