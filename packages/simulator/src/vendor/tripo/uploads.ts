import { createHmac } from "node:crypto";
import { sniffModel } from "../../media/model/formats/read-model.ts";
import type { Exchange, World } from "../vendor.ts";
import { acceptPicture } from "./inputs.ts";
import { denied } from "./media-route.ts";
import { choice } from "./parameters.ts";
import { invalid, Refusal } from "./refusal.ts";
import type { AcceptedFile, TripoStore } from "./store.ts";

const modelBytesMax = 150 * 1024 * 1024;
const presignedSeconds = 1800;
const formats = ["webp", "jpeg", "png", "glb", "gltf", "obj", "fbx", "stl"];

/**
 * Looks at an uploaded file, by its bytes and not by its name.
 *
 * @throws Refusal - empty, too large, or neither a picture nor a model.
 */
export async function acceptFile(bytes: Uint8Array, world: World): Promise<AcceptedFile> {
  const model = sniffModel(bytes);
  if (!model) return { bytes_id: world.state.saveBytes(await acceptPicture(bytes)) };
  if (bytes.length > modelBytesMax) throw new Refusal(400, 2021, "The model file is larger than 150 MB");
  return { bytes_id: world.state.saveBytes(bytes), model };
}

/** Addresses to put a file to, without a key. */
export interface Presigned {
  /** What `files/presign` answers. */
  issue(fields: Record<string, unknown>, owner: string): Record<string, unknown>;
  /** Takes the bytes, as the vendor's object store does. */
  put(exchange: Exchange): Promise<Response>;
}

/** Makes presigned addresses; each is good for half an hour. */
export function createPresigned(world: World, store: TripoStore): Presigned {
  const { canary, seed } = world.settings;
  const sign = (path: string, expires: string) =>
    createHmac("sha256", `uploads of ${seed}`).update(`${path}\n${expires}`).digest("base64url");
  return {
    issue(fields, owner) {
      if (choice(fields, "format", formats) === undefined) throw invalid("format", "is required");
      const file_token = store.saveFile(owner);
      const path = `/media/${canary === undefined ? "" : `${canary}/`}uploads/${file_token}`;
      const expires = String(Math.floor(world.now() / 1000) + presignedSeconds);
      const query = new URLSearchParams({ Expires: expires, Signature: sign(path, expires) });
      return {
        upload_url: `${world.url()}/tripo${path}?${query}`,
        file_token,
        expires_in: presignedSeconds,
      };
    },
    async put({ request }) {
      const { path, query } = request;
      const expires = query.get("Expires") ?? "";
      const file = store.file(path.split("/").at(-1) ?? "");
      if (!file || query.get("Signature") !== sign(path, expires) || world.now() > Number(expires) * 1000) {
        return denied(403, "AccessDenied", canary);
      }
      try {
        store.saveFile(file.owner, await acceptFile(request.bytes, world), file.token);
      } catch (error) {
        // An object store takes any bytes: the token stays empty, and using it is what is refused.
        if (!(error instanceof Refusal)) throw error;
      }
      return new Response(null, { status: 200, headers: { etag: `"${file.token}"` } });
    },
  };
}
