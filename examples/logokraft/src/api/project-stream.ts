import type { Database } from "@genbff/core";
import type { GenerationStatus } from "@genbff/core/contract";
import { type AssetRow, assetsOf, toAsset } from "./assets.ts";
import type { Core } from "./core.ts";
import { type OutgoingEvent, translateEvents } from "./sse.ts";

/**
 * `GET /projects/{id}/stream`: the task's own stream, in LogoKraft's words. `asset` for each change of a logo, `project`
 * for its plan, `balance` as it comes. It begins with what is true of everything, and stays open.
 */
export async function projectStream(core: Core, database: Database, path: string): Promise<Response> {
  const rows = new Map<string, AssetRow>();
  /** What the news do not say: which asset this is, of which parent, by which prompt. */
  const rowOf = async ({ task_id: project, generation_id: id }: GenerationStatus) => {
    const known = rows.get(id);
    // One look for all that a plan has begun: they came at once.
    if (known?.generation_prompt == null)
      for (const row of await assetsOf(database, project))
        for (const each of [row.id, row.generation_id ?? row.id]) rows.set(each, row);
    return rows.get(id);
  };
  return translateEvents(
    await core.get(path),
    async ({ event, data }): Promise<OutgoingEvent | undefined> => {
      if (event === "balance") return { event, data: JSON.parse(data) as object };
      if (event !== "generation") return undefined;
      const told = JSON.parse(data) as GenerationStatus;
      if (told.operation === "plan-logos") return { event: "project", data: toProject(told) };
      const row = await rowOf(told);
      return row && { event: "asset", data: toAsset(row, told) };
    },
  );
}

/** How far the plan of a project is. */
function toProject({ task_id, status, error }: GenerationStatus): object {
  const ended = { complete: "planned", failed: "failed", cancelled: "failed" } as const;
  const word = status === "pending" || status === "processing" ? "planning" : ended[status];
  return {
    project_id: task_id,
    status: word,
    error: error && { error: error.error, message: error.message },
  };
}
