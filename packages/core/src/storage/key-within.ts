import { isKey } from "./key.ts";

/**
 * The key that a URL names below one of the addresses where our objects lie; null for any other URL, and for what is no
 * key of ours.
 *
 * Compared as text, query and fragment aside: a URL is never taken apart and put together again, so no escape, credential or
 * `..` can make another host or another folder of it.
 */
export function keyWithin(addresses: readonly string[], url: string): string | null {
  const [address = ""] = url.split(/[?#]/, 1);
  for (const base of addresses) {
    if (!address.startsWith(base)) continue;
    const key = address.slice(base.length);
    return isKey(key) ? key : null;
  }
  return null;
}
