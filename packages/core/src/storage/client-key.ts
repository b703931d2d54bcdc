/** What storage servers take in a name, without `/`, which ends it, and `?`, which ends a path. No `%`: nothing is decoded twice. */
const segmentPattern =
  /^[A-Za-z0-9_.!*'()$&@=;:+,-](?:[A-Za-z0-9_.!*'()$&@=;:+, -]*[A-Za-z0-9_.!*'()$&@=;:+,-])?$/;
const keyLengthMax = 512;

/**
 * The key of a file that a user has put into a bucket, from its URL; null for any other URL.
 *
 * A client may name its files as it likes, so a key may hold what ours never do: spaces, brackets, two dots in a row. Each
 * segment is decoded by itself, once, and an escaped slash is part of no name: what a key begins with cannot be escaped away
 * (`reliability-spec.md` 8.2). The server's address is compared as text, as `keyWithin` does.
 *
 * @param addresses - Each ends in a slash.
 */
export function clientKeyWithin(addresses: readonly string[], url: string): string | null {
  const [address = ""] = url.split(/[?#]/, 1);
  const base = addresses.find((one) => address.startsWith(one));
  if (base === undefined) return null;
  const key = address.slice(base.length).split("/").map(decoded).join("/");
  return isClientKey(key) ? key : null;
}

/** Whether a text may be the key of a file that a client has named: it means the same in a path, in a URL and in a bucket. */
export function isClientKey(text: string): boolean {
  return text.length <= keyLengthMax && text.split("/").every(isSegment);
}

function isSegment(text: string): boolean {
  return segmentPattern.test(text) && text !== "." && text !== "..";
}

/** What cannot be decoded, or would be more than one segment, becomes what no key may hold. */
function decoded(segment: string): string {
  try {
    const text = decodeURIComponent(segment);
    return text.includes("/") ? "" : text;
  } catch {
    return "";
  }
}
