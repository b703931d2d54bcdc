import { createHmac, randomUUID } from "node:crypto";
import { placeholderFor } from "../../media/placeholder.ts";
import type { Exchange, World } from "../vendor.ts";
import type { Delivery } from "./order.ts";
import { Refusal } from "./refusal.ts";

/** A finished file. */
export interface Media {
  readonly bytes: Uint8Array;
  readonly type: "image/webp" | "image/png" | "image/svg+xml";
}

interface ImageRecord {
  readonly id: string;
  readonly bytes_id: string;
  readonly type: string;
  readonly created_ms: number;
  /** True if its link leads nowhere, before its time. */
  readonly dead: boolean;
}

/** What the vendor has made, and the links to it. */
export interface Images {
  /** An image as answers show it: by link, or with its bytes inside. */
  show(media: Media, delivery: Delivery, fault: Exchange["fault"]): Promise<Record<string, unknown>>;
  /** Serves a link; no key is needed. */
  serve(exchange: Exchange): Response;
}

const keptMs = 24 * 60 * 60 * 1000;

/** Opens the vendor's image store. Links are good for a day. */
export function createImages(world: World): Images {
  const images = world.state.collection<ImageRecord>("recraft.images");
  const { seed, canary } = world.settings;
  const sign = (id: string) => createHmac("sha256", `images of ${seed}`).update(id).digest("base64url");

  return {
    async show(media, { inline }, fault) {
      const image_id = randomUUID();
      if (inline) return { image_id, b64_json: Buffer.from(media.bytes).toString("base64") };
      // Files inside an answer are blurred by the base; what a link leads to must be blurred before.
      const isCaught = fault?.kind === "moderated" && fault.stage === "placeholder";
      const bytes = isCaught ? await placeholderFor(media.bytes) : media.bytes;
      images.set(image_id, {
        id: image_id,
        bytes_id: world.state.saveBytes(bytes),
        type: media.type,
        created_ms: world.now(),
        dead: fault?.kind === "link_expired",
      });
      const folder = canary === undefined ? "images" : `images/${canary}`;
      const path = `img/${sign(image_id)}/rs:fit:1024:1024:0/raw:1/plain/abs://external/${folder}/${image_id}`;
      return { image_id, url: `${world.url()}/recraft/${path}` };
    },
    serve({ request, fault }) {
      const [, , signature] = request.path.split("/");
      const image = images.get(request.path.split("/").at(-1) ?? "");
      const gone = new Refusal(404, "not_found", "There is no image here, or not any more");
      if (!image || signature !== sign(image.id)) throw gone;
      if (fault?.kind === "link_expired") images.set(image.id, { ...image, dead: true });
      const bytes = world.state.readBytes(image.bytes_id);
      const isDead = image.dead || fault?.kind === "link_expired";
      if (!bytes || isDead || world.now() > image.created_ms + keptMs) throw gone;
      return new Response(new Uint8Array(bytes), {
        headers: { "content-type": image.type, "content-length": String(bytes.length) },
      });
    },
  };
}
