import { createHash } from "node:crypto";

/** Who a key is, without keeping the key. */
export function ownerOf(key: string): string {
  return createHash("sha256").update(key).digest("hex").slice(0, 16);
}
