import { createHmac, randomUUID } from "node:crypto";
import type { Exchange, World } from "../vendor.ts";
import { detailOf, modelFailure, plainFailure, Refusal } from "./failure.ts";
import type { FalStore } from "./store.ts";

/** The vendor's storage for inputs. */
export interface Storage {
  /** Makes a place for a file: an address to put it to, and the one it will have. */
  initiate(exchange: Exchange): Promise<Record<string, string>>;
  /** Takes the bytes, by the signed address alone. */
  put(exchange: Exchange): Response;
}

/** Opens the storage. */
export function createStorage(world: World, store: FalStore): Storage {
  const { canary, seed } = world.settings;
  const sign = (id: string) => createHmac("sha256", `fal uploads of ${seed}`).update(id).digest("base64url");
  return {
    async initiate({ request }) {
      if (request.query.get("storage_type") !== "fal-cdn-v3") {
        throw new Refusal(plainFailure(400, "Unknown storage type"));
      }
      const { fields } = await request.body();
      const wrong = ["content_type", "file_name"].flatMap((name) => {
        if (fields[name] == null) return [detailOf(name, "missing", "Field required", { input: fields })];
        if (typeof fields[name] === "string" && fields[name] !== "") return [];
        return [detailOf(name, "string_type", "Input should be a valid string", { input: fields[name] })];
      });
      if (wrong.length > 0) throw new Refusal(modelFailure(422, wrong));
      const file_id = randomUUID();
      const name = encodeURIComponent(String(fields.file_name));
      store.saveFile({ file_id, name, content_type: String(fields.content_type) });
      const path = `files/${canary === undefined ? "" : `${canary}/`}${file_id}/${name}`;
      return {
        upload_url: `${world.url()}/fal/upload/${path}?signature=${sign(file_id)}`,
        file_url: `${world.url()}/fal/media/${path}`,
      };
    },
    put({ request }) {
      const id = request.path.split("/").at(-2) ?? "";
      const file = store.file(id);
      if (!file || request.query.get("signature") !== sign(id)) {
        throw new Refusal(plainFailure(403, "Forbidden"));
      }
      store.saveFile({ ...file, bytes_id: world.state.saveBytes(request.bytes) });
      return new Response(null, { status: 200 });
    },
  };
}
