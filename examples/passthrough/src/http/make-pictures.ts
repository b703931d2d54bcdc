import { askCore, type Call, follow, type Generation, refusal } from "./core.ts";
import { readForm } from "./read-body.ts";
import { toStatus } from "./status.ts";
import { styled } from "./styled.ts";
import { coreTaskIdOf } from "./task-ids.ts";

/** The vendor answers at once, which may be two minutes. Whoever has waited so long polls. */
const waitMs = 120_000;

/** `POST /generate/image-to-image`: the pictures in the answer itself, as base64, and a task to ask about later. */
export async function makePictures(call: Call): Promise<Response> {
  const form = await readForm(call);
  const image = form.get("image");
  if (!(image instanceof File)) throw refusal(400, "validation_failed", "image: must be a file.");
  const said = (name: string) => {
    const text = form.get(name);
    return typeof text === "string" && text !== "" ? text : undefined;
  };
  const sent = new FormData();
  sent.set("task_id", await coreTaskIdOf(call));
  sent.set("image", image, image.name);
  sent.set("prompt", styled(said("prompt") ?? "", said("style")));
  sent.set("n", said("n") ?? "1");
  sent.set("size", "1024x1024");
  const started = await askCore(call, "/api/generate/image-to-image", sent);
  const { generation_id } = (await started.json()) as { generation_id: string };
  const generation = await follow(call, generation_id, () => false, waitMs);
  return Response.json({
    task_id: generation_id,
    ...(await toStatus(call, generation)),
    images: await Promise.all(generation.assets.map((asset) => toImage(call, asset))),
  });
}

/** As the vendor gave it: the file is read once more from where it lies until it expires. */
async function toImage(call: Call, asset: Generation["assets"][number]): Promise<object> {
  const url = new URL(asset.asset_url, call.request.url);
  const { pathname, search } = url;
  const file = await askCore(call, pathname + search);
  return {
    b64_json: Buffer.from(await file.arrayBuffer()).toString("base64"),
    content_type: asset.content_type,
    result_url: asset.asset_url,
    expires_at: asset.expires_at ?? null,
  };
}
