import type { StoredInput } from "../../assets/stored-input.ts";
import type { StoredGeneration } from "../../events/stored-generation.ts";
import type { JsonObject } from "../../shared/json.ts";
import type { RouteHandler } from "../call.ts";
import { pageOf, readCursor } from "../cursor.ts";
import { keysOf, presentGeneration, toIso } from "../present-generation.ts";
import { presentInput } from "../present-input.ts";
import { json } from "../respond.ts";
import { signUrls } from "../sign-urls.ts";

interface StoredTask {
  readonly task_id: string;
  readonly generations: number;
  readonly open: number;
  readonly latest: JsonObject | null;
  readonly thumbnail_key: string | null;
  /** Of one that is handed on. */
  readonly thumbnail_url: string | null;
  readonly created_at: string;
  readonly updated_at: string;
}

interface StoredTree {
  readonly task_id: string;
  readonly created_at: string;
  readonly updated_at: string;
  readonly inputs: readonly StoredInput[];
  readonly generations: readonly (StoredGeneration & {
    readonly input: JsonObject;
    readonly parent_generation_id: string | null;
    readonly retry_of: string | null;
    readonly source_asset_ids: readonly string[];
    readonly source_input_asset_ids: readonly string[];
  })[];
}

/** `GET /tasks` */
export const tasks: RouteHandler<"tasks"> = async ({ context, caller, query, signedText }) => {
  const owner = { list: "tasks", userId: caller.userId } as const;
  const found = await context.database.call("genbff_tasks", {
    p_user_id: caller.userId,
    p_limit: query.limit,
    p_before: await readCursor(signedText, owner, query.cursor),
  });
  const rows = found as unknown as StoredTask[];
  const urls = await signUrls(
    context.storage,
    rows.flatMap((row) => row.thumbnail_key ?? []),
  );
  const page = await pageOf(signedText, owner, {
    rows,
    limit: query.limit,
    positionOf: ({ task_id, updated_at }) => ({ task_id, updated_at }),
    show: ({ thumbnail_key: key, thumbnail_url: url, ...row }) => ({
      ...row,
      thumbnail_url: key === null ? url : (urls.get(key) ?? null),
      created_at: toIso(row.created_at),
      updated_at: toIso(row.updated_at),
    }),
  });
  return json(200, page);
};

/** `GET /tasks/{id}` */
export const task: RouteHandler<"task"> = async ({ context, caller, params }) => {
  const found = await context.database.call("genbff_task", {
    p_user_id: caller.userId,
    p_task_id: params.id ?? "",
  });
  const tree = found as unknown as StoredTree;
  const keys = [
    ...tree.inputs.filter((input) => input.status === "complete").map((input) => input.storage_key),
    ...tree.generations.flatMap(keysOf),
  ];
  const urls = await signUrls(context.storage, keys);
  return json(200, {
    task_id: tree.task_id,
    created_at: toIso(tree.created_at),
    updated_at: toIso(tree.updated_at),
    inputs: tree.inputs.map((input) => presentInput(input, urls)),
    generations: tree.generations.map((generation) => ({
      ...presentGeneration(generation, urls),
      input: generation.input,
      parent_generation_id: generation.parent_generation_id,
      retry_of: generation.retry_of,
      source_asset_ids: generation.source_asset_ids,
      source_input_asset_ids: generation.source_input_asset_ids,
    })),
  });
};
