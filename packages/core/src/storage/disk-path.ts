import { createHash } from "node:crypto";
import { join } from "node:path";

/**
 * The file that holds an object.
 *
 * macOS and Windows take `Task` and `task` for the same name, and task ids are chosen by clients: without the mark,
 * one user's task could overwrite another's. There a segment with capitals gets a short hash.
 */
export function diskPath(
  directory: string,
  key: string,
  platform: NodeJS.Platform = process.platform,
): string {
  const foldsCase = platform === "darwin" || platform === "win32";
  return join(directory, ...key.split("/").map((segment) => (foldsCase ? marked(segment) : segment)));
}

function marked(segment: string): string {
  if (segment === segment.toLowerCase()) return segment;
  return `${segment}=${createHash("sha256").update(segment).digest("hex").slice(0, 12)}`;
}
