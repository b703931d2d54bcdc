import type { Database } from "@genbff/core";
import * as z from "zod";
import { assetBy } from "./assets.ts";
import { type Core, invalid, refusal } from "./core.ts";

const wish = z.strictObject({
  action: z.enum(["variation", "edit"]),
  instruction: z.string().trim().min(1).max(1000).optional(),
});

/** `POST /assets/{id}/refine`: a new asset, whose prompt is planned first and whose picture is then made of the old one. */
export async function refine(
  core: Core,
  database: Database,
  { id, request }: { id: string; request: Request },
): Promise<Response> {
  // Whose it is, the BFF knows: a stranger's is answered as one that is not there.
  const found = await core.get(`/tasks/${encodeURIComponent(id)}/status`);
  if (!found.ok) return found;
  const asset = await assetBy(database, id);
  if (asset === undefined) return refusal("not_found");
  const asked = wish.safeParse(await request.json().catch(() => undefined));
  if (!asked.success)
    return invalid(
      ...asked.error.issues.map(({ path, message }) => ({ pointer: `/${path.join("/")}`, message })),
    );
  const { asset_url: url, generation_prompt: prompt, project_id } = asset;
  if (url === null || prompt === null) return refusal("asset_unusable");

  const started = await core.post("/generate/plan-refinement", {
    task_id: project_id,
    parent_asset_id: id,
    original_prompt: prompt,
    input_image_asset_url: url,
    ...asked.data,
  });
  if (!started.ok) return started;
  const { generation_id } = (await started.json()) as { generation_id: string };
  const made = await assetBy(database, generation_id);
  if (made === undefined) return refusal("not_found");
  const { generation_id: _madeBy, asset_url: _closed, ...shown } = made;
  return Response.json({ ...shown, asset_url: null }, { status: 202 });
}
