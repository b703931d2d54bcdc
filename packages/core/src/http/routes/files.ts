import { AppError } from "../../errors/app-error.ts";
import type { Call, RouteHandler } from "../call.ts";
import { json } from "../respond.ts";
import { urlValidS } from "../sign-urls.ts";

/** `GET /assets/{id}/url`: of an output, or of an upload. */
export const assetUrl: RouteHandler<"assetUrl"> = async ({ context, caller, params }) => {
  const found = await context.database.call("genbff_asset", {
    p_user_id: caller.userId,
    p_asset_id: params.id ?? "",
  });
  const { storage_key: key } = found as { storage_key: string };
  const url = await context.storage.signedUrl(key, { expiresInS: urlValidS });
  return json(200, { asset_url: url, expires_at: new Date(Date.now() + urlValidS * 1000).toISOString() });
};

/** `GET /files/{key}`, and its head. */
export const readFile: RouteHandler<"readFile"> = (call) => serve(call);

/** `PUT /files/{key}` */
export const writeFile: RouteHandler<"writeFile"> = (call) => serve(call);

/** Storage that has its own host answers its own URLs; ours then has no such path. */
async function serve({
  context,
  params,
  request,
}: Pick<Call, "context" | "params" | "request">): Promise<Response> {
  if (context.storage.serve === undefined) throw new AppError("not_found");
  return context.storage.serve(request, params.key ?? "");
}
