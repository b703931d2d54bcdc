import { createHash, randomUUID } from "node:crypto";
import { decodeJwt } from "jose";
import type * as z from "zod";
import { brief } from "../operations.ts";
import { type Core, invalid } from "./core.ts";

/**
 * `POST /projects`: a form with `brief_data` and perhaps `inspiration_file` becomes one request of `plan-logos`, and the
 * project is the task that it makes. Sent again with its `Idempotency-Key`, it answers with the same project.
 */
export async function newProject(core: Core, request: Request): Promise<Response> {
  // Nobody's form is read before it is known who asks.
  const asked = await core.get("/credits/balance");
  if (!asked.ok) return asked;
  const form = await request.formData().catch(() => undefined);
  if (form === undefined) return invalid({ pointer: "", message: "Send a form." });
  const told = readBrief(form.get("brief_data"));
  if (!told.success) return invalid(...told.error.issues.map(toIssue));
  const file = form.get("inspiration_file");

  const projectId = projectIdOf(request);
  const start = new FormData();
  start.set("task_id", projectId);
  for (const [name, value] of Object.entries(told.data))
    for (const each of [value].flat()) start.append(name, String(each));
  // An empty field of a page's form is an empty file.
  if (file instanceof File && file.size > 0) start.set("inspiration_file", file);
  const started = await core.post("/generate/plan-logos", start);
  if (!started.ok) return started;

  const opened = await core.post(`/tasks/${projectId}/events/ticket`, {});
  const { ticket } = (opened.ok ? await opened.json() : {}) as { ticket?: string };
  const query = ticket === undefined ? "" : `?ticket=${encodeURIComponent(ticket)}`;
  const replayed = started.headers.get("idempotency-replayed");
  return Response.json(
    { project_id: projectId, stream_url: `/api/v1/projects/${projectId}/stream${query}` },
    { status: 201, ...(replayed ? { headers: { "idempotency-replayed": replayed } } : {}) },
  );
}

function readBrief(text: unknown) {
  try {
    return brief.safeParse(JSON.parse(String(text)));
  } catch {
    return brief.safeParse(undefined);
  }
}

function toIssue({ path, message }: z.core.$ZodIssue) {
  return { pointer: `/${["brief_data", ...path].join("/")}`, message };
}

/** A key of a user's names one project for good; whose token it is, the BFF has said. */
function projectIdOf({ headers }: Request): string {
  const key = headers.get("idempotency-key");
  if (key === null) return randomUUID();
  const { sub } = decodeJwt((headers.get("authorization") ?? "").replace(/^bearer /i, ""));
  const digest = createHash("sha256").update([sub, key].join("\n")).digest("hex");
  // Version 8: an id of one's own making.
  return digest.replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12}).*$/, "$1-$2-8$3-8$4-$5");
}
