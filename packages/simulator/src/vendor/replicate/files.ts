import { createHash, randomBytes } from "node:crypto";
import type { Exchange, World } from "../vendor.ts";
import { invalid, Refusal } from "./refusal.ts";
import type { FileRecord, ReplicateStore } from "./store.ts";

const bytesMax = 100 * 1024 * 1024;
const day = 86_400_000;

/**
 * Keeps an uploaded file.
 *
 * @throws Refusal - no `content`, too large, or metadata that are no JSON.
 */
export async function acceptFile(
  { request }: Exchange,
  owner: string,
  store: ReplicateStore,
  world: World,
): Promise<FileRecord> {
  const { fields, files } = await request.body();
  const content = files.find(({ field }) => field === "content");
  if (!content) throw invalid(["content: Missing content"]);
  if (content.bytes.length > bytesMax) throw new Refusal(413, "The file is larger than 100 MB.");
  const part = files.find(({ field }) => field === "metadata")?.bytes.toString() ?? fields.metadata ?? "{}";
  const record: FileRecord = {
    id: randomBytes(32).toString("base64url"),
    owner,
    name: content.name,
    content_type: content.type === "" ? "application/octet-stream" : content.type,
    size: content.bytes.length,
    bytes_id: world.state.saveBytes(content.bytes),
    metadata: readMetadata(String(part)),
    created_ms: world.now(),
  };
  store.saveFile(record);
  return record;
}

/** What the vendor says of a file. */
export function describeFile(file: FileRecord, world: World): unknown {
  const { id, name, content_type, size, metadata, created_ms, bytes_id } = file;
  return {
    id,
    name,
    content_type,
    size,
    etag: createHash("md5").update(bytes_id).digest("hex"),
    checksums: { sha256: bytes_id },
    metadata,
    created_at: new Date(created_ms).toISOString(),
    expires_at: new Date(created_ms + day).toISOString(),
    urls: { get: `${world.url()}/replicate/v1/files/${id}` },
  };
}

function readMetadata(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw invalid(["metadata: must be JSON"]);
  }
}
