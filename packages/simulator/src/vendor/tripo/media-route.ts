import { modelFiles } from "../../media/model/formats/write-model.ts";
import { placeholderFor } from "../../media/placeholder.ts";
import type { Exchange, World } from "../vendor.ts";
import type { Links } from "./links.ts";
import type { TaskRecord, TripoStore } from "./store.ts";
import { modelFile, modelFormatOf } from "./task-view.ts";
import { createWorkshop } from "./workshop.ts";

/** Serves result files, as the vendor's object store does: links instead of keys, XML instead of JSON. */
export function createMediaRoute(world: World, store: TripoStore, links: Links) {
  const workshop = createWorkshop(world, store);
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
    const isPreview = file === "preview.webp";
    const honest = isPreview ? await built.preview() : built.model;
    const isCaught = task.fate?.kind === "moderated" && task.fate.stage === "placeholder";
    const bytes = isCaught ? await placeholderFor(honest) : honest;
    const type = isPreview ? "image/webp" : modelFiles[modelFormatOf(task)].type;
    return new Response(new Uint8Array(bytes), {
      headers: { "content-type": type, "content-length": String(bytes.length), "cache-control": "private" },
    });
  };
}

function killLinks(task: TaskRecord, issue: number, store: TripoStore): void {
  store.saveTask({ ...task, links_dead: issue, links_issued: issue });
}

/** What the object store says where there is nothing for this link. */
export function denied(status: number, code: string, canary = ""): Response {
  const xml = `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><Message>${code} ${canary}</Message></Error>`;
  return new Response(xml, { status, headers: { "content-type": "application/xml" } });
}
