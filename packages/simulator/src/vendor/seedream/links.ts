import { createHmac, randomUUID } from "node:crypto";
import { placeholderFor } from "../../media/placeholder.ts";
import type { Exchange, World } from "../vendor.ts";
import { keptInputs, paintFile, type Recipe } from "./pictures.ts";

/** What is wrong with a file from the start. */
export interface FileFate {
  /** Its link does not open, whatever its time. */
  readonly dead?: boolean;
  /** Its content was caught: a blurred picture stands for it. */
  readonly caught?: boolean;
}

/** A file behind a link: painted when it is asked for, or kept as it is. */
interface FileRecord extends FileFate {
  readonly id: string;
  readonly format: "jpeg" | "png";
  readonly expires_ms: number;
  readonly recipe?: Recipe;
  readonly inputs?: readonly string[];
  readonly bytes_id?: string;
}

/** Links to result files: signed, short-lived, no key needed, and never issued again. */
export interface Links {
  issue(file: Omit<FileRecord, "id" | "expires_ms">): string;
  /** Serves what is behind a link, as the vendor's object store does. */
  serve(exchange: Exchange): Promise<Response>;
}

/** Opens the vendor's object store. */
export function createLinks(world: World): Links {
  const files = world.state.collection<FileRecord>("seedream.files");
  const { seed, canary, linkTtlMs } = world.settings;
  const sign = (path: string, expires: number) =>
    createHmac("sha256", `seedream links of ${seed}`).update(`${path}\n${expires}`).digest("hex");
  return {
    issue(file) {
      const id = randomUUID().replaceAll("-", "");
      const now = world.now();
      const record = { ...file, id, expires_ms: now + linkTtlMs };
      files.set(id, record);
      const path = `/media/${canary === undefined ? "" : `${canary}/`}${id}.${file.format}`;
      const query = new URLSearchParams({
        "X-Tos-Algorithm": "TOS4-HMAC-SHA256",
        "X-Tos-Date": new Date(now).toISOString().replaceAll(/[-:]|\.\d+/g, ""),
        "X-Tos-Expires": String(Math.ceil(linkTtlMs / 1000)),
        "X-Tos-SignedHeaders": "host",
        "X-Tos-Signature": sign(path, record.expires_ms),
      });
      return `${world.url()}/seedream${path}?${query}`;
    },
    async serve({ request, fault }) {
      const [, id = ""] = /([0-9a-f]{32})\.(?:jpeg|png)$/.exec(request.path) ?? [];
      const file = files.get(id);
      if (!file) return denied(404, "NoSuchKey", canary);
      const isKilled = fault?.kind === "link_expired" || file.dead === true;
      if (isKilled) files.set(id, { ...file, dead: true });
      const isSigned = request.query.get("X-Tos-Signature") === sign(request.path, file.expires_ms);
      if (isKilled || !isSigned || world.now() >= file.expires_ms) return denied(403, "AccessDenied", canary);
      const honest = await bytesOf(file, world);
      const bytes = file.caught ? await placeholderFor(honest) : honest;
      return new Response(new Uint8Array(bytes), {
        headers: { "content-type": `image/${file.format}`, "content-length": String(bytes.length) },
      });
    },
  };
}

async function bytesOf({ recipe, inputs = [], bytes_id }: FileRecord, { state }: World): Promise<Uint8Array> {
  if (recipe) return paintFile(recipe, await keptInputs(inputs, state));
  return state.readBytes(bytes_id ?? "") ?? new Uint8Array();
}

function denied(status: number, code: string, canary = ""): Response {
  const body = { Code: code, Message: `${code} ${canary}`.trim(), RequestId: randomUUID() };
  return Response.json(body, { status });
}
