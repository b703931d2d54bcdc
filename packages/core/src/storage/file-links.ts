import { keyWithin } from "./key-within.ts";

/** Where the BFF serves its files, and which of its URLs means which key. */
export interface FileLinks {
  urlOf(key: string): string;
  keyOf(url: string): string | null;
}

/**
 * Permanent addresses: `{publicUrl}{basePath}/files/{key}`, or the path alone where no `publicUrl` is configured.
 *
 * Both forms are understood, with or without a query. Without a `publicUrl` the BFF is taken to be on this machine:
 * an address that a page has made absolute, `http://localhost:8787/…`, is understood too. A foreign host, a credential, an escape or a key that we
 * would never make gives `null`.
 */
export function fileLinks(host: { publicUrl: string; basePath: string }): FileLinks {
  const base = host.publicUrl.replace(/\/+$/, "");
  const path = `/${host.basePath}/files/`.replace(/\/{2,}/g, "/");
  return {
    urlOf: (key) => `${base}${path}${key}`,
    keyOf(url) {
      return keyWithin(base === "" ? [path, ...ownPrefixes(url, path)] : [base + path, path], url);
    },
  };
}

/** Loopback hosts alone: any other host would have to be configured. */
function ownPrefixes(address: string, path: string): string[] {
  const origin = /^https?:\/\/(?:localhost|127\.0\.0\.1|\[::1\])(?::\d{1,5})?(?=\/)/.exec(address)?.[0];
  return origin === undefined ? [] : [origin + path];
}
