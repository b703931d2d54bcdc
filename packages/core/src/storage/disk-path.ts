import { createHash } from "node:crypto";
import { join } from "node:path";

/**
 * The file that holds an object.
 *
 * macOS and Windows take `Task` and `task` for the same name, and task ids are chosen by clients: without the mark,
 * one user's task could overwrite another's. There a segment with capitals gets a short hash.
 *
 * Windows takes `nul` and `com1.png` for devices, whatever folder they are said to lie in. There they begin with `=`,
 * which stands in no key.
 */
export function diskPath(
  directory: string,
  key: string,
  platform: NodeJS.Platform = process.platform,
): string {
  const foldsCase = platform === "darwin" || platform === "win32";
  const named = (segment: string) => (platform === "win32" && device.test(segment) ? `=${segment}` : segment);
  return join(directory, ...key.split("/").map((segment) => (foldsCase ? named(marked(segment)) : segment)));
}

/** https://learn.microsoft.com/windows/win32/fileio/naming-a-file#naming-conventions */
const device = /^(?:con|prn|aux|nul|(?:com|lpt)\d)(?:[.=]|$)/i;

function marked(segment: string): string {
  if (segment === segment.toLowerCase()) return segment;
  return `${segment}=${createHash("sha256").update(segment).digest("hex").slice(0, 12)}`;
}
