import { endMsOf } from "../../jobs/job-clock.ts";
import type { Exchange, World } from "../vendor.ts";
import { plainFailure, Refusal } from "./failure.ts";
import { failureIn } from "./outcome.ts";
import type { FalStore } from "./store.ts";
import { typeOf, type Workshop } from "./workshop.ts";

/** Serves results and uploaded files, as the vendor's object store does: by address alone. */
export function createMediaRoute(world: World, store: FalStore, workshop: Workshop) {
  const gone = () => new Refusal(plainFailure(404, "File not found"));
  return async ({ request, fault }: Exchange): Promise<Response> => {
    const [name = "", id = ""] = request.path.split("/").reverse();
    const uploaded = store.file(id);
    if (uploaded) {
      const bytes = uploaded.bytes_id === undefined ? undefined : world.state.readBytes(uploaded.bytes_id);
      if (!bytes || uploaded.name !== name) throw gone();
      return fileResponse(bytes, uploaded.content_type);
    }
    const record = store.request(id);
    if (!record) throw gone();
    if (fault?.kind === "link_expired") store.saveRequest({ ...record, media_until_ms: 0 });
    const now = world.now();
    const isAlive = fault?.kind !== "link_expired" && now < record.media_until_ms;
    if (!isAlive || now < endMsOf(record) || failureIn(record, now)) throw gone();
    const bytes = await workshop.file(record, name);
    if (!bytes) throw gone();
    return fileResponse(bytes, typeOf(name));
  };
}

function fileResponse(bytes: Uint8Array, type: string): Response {
  return new Response(new Uint8Array(bytes), {
    headers: { "content-type": type, "content-length": String(bytes.length) },
  });
}
