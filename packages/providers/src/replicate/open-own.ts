import type { Http } from "../shared/http.ts";
import { lazyStream } from "../shared/lazy-stream.ts";
import { statusError } from "../shared/status-error.ts";

/**
 * Opens files of the vendor's own API, which only our token can read. Undefined for any other address, e.g. those of
 * its delivery network: core fetches them through its guard, and no token goes along.
 */
export function openOwn(
  http: Http,
  baseUrl: string,
  signal: AbortSignal,
): (url: string) => ReadableStream<Uint8Array> | undefined {
  const base = new URL(`${baseUrl}/`);
  return (url) => {
    const { origin, pathname, search } = new URL(url);
    if (origin !== base.origin || !pathname.startsWith(base.pathname)) return undefined;
    const path = `${pathname.slice(base.pathname.length)}${search}`;
    return lazyStream(async () => {
      const answer = await http({ purpose: "read", method: "GET", path, signal });
      if (answer.ok) return answer.body;
      await answer.body.cancel();
      const { status, headers } = answer;
      throw statusError({ vendor: "replicate", purpose: "read", status, headers, body: undefined });
    });
  };
}
