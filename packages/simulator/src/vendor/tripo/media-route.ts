import type { Exchange, World } from "../vendor.ts";
import type { Links } from "./links.ts";
import type { TaskRecord, TripoStore } from "./store.ts";
import { modelFile } from "./task-view.ts";
import { type BuiltModel, createWorkshop } from "./workshop.ts";

/** Serves result files, as the vendor's object store does: links instead of keys, XML instead of JSON. */
export function createMediaRoute(world: World, store: TripoStore, links: Links) {
  const workshop = createWorkshop(world);
  return async ({ request, fault }: Exchange): Promise<Response> => {
    const [file = "", taskId = ""] = request.path.split("/").reverse();
    const task = store.task(taskId);
    if (!task) return denied(404, "NoSuchKey", world.settings.canary);
    if (fault?.kind === "link_expired") killLinks(task, Number(request.query.get("Issue")), store);
    const alive = store.task(taskId) ?? task;
    if (!links.opens(alive, request.path, request.query)) {
      return denied(403, "AccessDenied", world.settings.canary);
    }
    if (file !== modelFile(task) && file !== "preview.webp") {
      return denied(404, "NoSuchKey", world.settings.canary);
    }
    const built = await workshop.build(task);
    const { bytes, type } = pickFile(built, file);
    return new Response(new Uint8Array(bytes), {
      headers: { "content-type": type, "content-length": String(bytes.length), "cache-control": "private" },
    });
  };
}

function killLinks(task: TaskRecord, issue: number, store: TripoStore): void {
  store.saveTask({ ...task, links_dead: issue, links_issued: issue });
}

function pickFile(built: BuiltModel, file: string) {
  if (file === "preview.webp") return { bytes: built.preview, type: "image/webp" };
  if (file === "model.fbx") return { bytes: built.model, type: "application/octet-stream" };
  return { bytes: built.model, type: "model/gltf-binary" };
}

function denied(status: number, code: string, canary = ""): Response {
  const xml = `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><Message>${code} ${canary}</Message></Error>`;
  return new Response(xml, { status, headers: { "content-type": "application/xml" } });
}
