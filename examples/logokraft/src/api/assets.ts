import type { Database } from "@genbff/core";
import type { GenerationStatus } from "@genbff/core/contract";

/** A row of `generated_assets`, as `sql/0003_blueprint.sql` makes it. */
export interface AssetRow {
  /** Of the generation that began it. */
  readonly id: string;
  readonly project_id: string;
  readonly parent_asset_id: string | null;
  readonly asset_type: "logo_concept" | "logo_refinement";
  readonly status: "pending" | "generating" | "completed" | "failed";
  /** Permanent and closed; what browsers get is signed. */
  readonly asset_url: string | null;
  readonly generation_prompt: string | null;
  /** Of the generation that makes the picture; null while its prompt is being planned. */
  readonly generation_id: string | null;
}

/** An asset as the page sees it. */
export type Asset = Omit<AssetRow, "generation_id"> & {
  /** 0 to 100. */
  readonly progress: number;
  readonly error: { readonly error: string; readonly message: string } | null;
};

/** Of a project whose owner was asked for. */
export async function assetsOf(database: Database, projectId: string): Promise<readonly AssetRow[]> {
  return (await database.call("logokraft_assets", { p_project_id: projectId })) as unknown as AssetRow[];
}

/** undefined: no asset has this id. */
export async function assetBy(database: Database, id: string): Promise<AssetRow | undefined> {
  return ((await database.call("logokraft_asset", { p_asset_id: id })) ?? undefined) as AssetRow | undefined;
}

const words = {
  pending: "pending",
  processing: "generating",
  complete: "completed",
  failed: "failed",
  cancelled: "failed",
} as const satisfies Record<GenerationStatus["status"], AssetRow["status"]>;

/** What one generation's news says of its asset. Pure. */
export function toAsset(row: AssetRow, told: GenerationStatus): Asset {
  const { generation_id: madeBy, ...kept } = row;
  const isPlan = told.operation === "plan-refinement";
  const status = words[told.status];
  const isFollowed = isPlan || told.operation === "refine-logo";
  return {
    ...kept,
    // The plan of a refinement is half of its way; where nothing came of a plan, nothing will.
    status:
      isPlan && status === "completed"
        ? madeBy === null
          ? "failed"
          : "generating"
        : isFollowed && !isPlan && status === "pending"
          ? "generating"
          : status,
    asset_url: isPlan ? null : told.asset_url,
    progress: isFollowed ? Math.floor(told.progress / 2) + (isPlan ? 0 : 50) : told.progress,
    error: told.error && { error: told.error.error, message: told.error.message },
  };
}
