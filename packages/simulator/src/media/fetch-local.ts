/** An address on this machine; undefined for any other. */
export function localUrl(address: string): URL | undefined {
  if (!URL.canParse(address)) return undefined;
  const url = new URL(address);
  const isLocal =
    ["http:", "https:"].includes(url.protocol) && ["127.0.0.1", "localhost"].includes(url.hostname);
  return isLocal ? url : undefined;
}

/**
 * Fetches a picture that a request names by address.
 *
 * Only from this machine: a simulator must never reach out to the network on someone's word.
 * Returns undefined for any other address and for anything but a 200.
 */
export async function fetchLocal(address: string, bytesMax: number): Promise<Uint8Array | undefined> {
  const url = localUrl(address);
  if (!url) return undefined;
  try {
    const response = await fetch(url, { redirect: "error", signal: AbortSignal.timeout(10_000) });
    if (!response.ok) return undefined;
    const bytes = new Uint8Array(await response.arrayBuffer());
    return bytes.length > bytesMax ? undefined : bytes;
  } catch {
    return undefined;
  }
}
