import { clientKeyWithin } from "../storage/client-key.ts";
import { isHostOf } from "../storage/is-host-of.ts";
import { contentTypeOf, isShown } from "../storage/key.ts";
import { keyWithin } from "../storage/key-within.ts";

/** The addresses of one bucket's objects. */
export interface StorageLinks {
  urlOf(key: string): string;
  keyOf(url: string): string | null;
  /** The same of a bucket that clients write: they name files as they like. */
  clientKeyOf(url: string): string | null;
  /** Whether it is the storage server's, whatever it names there. */
  hosts(url: string): boolean;
  /** A public object's link, as a browser is to take it. */
  publicLink(key: string): string;
}

/**
 * @param publicUrl - Of an object with the key `key`, as `getPublicUrl` makes it.
 * @param isPublic - Else the permanent address is the one that signed-in users may read where a policy lets them.
 */
export function storageLinks(publicUrl: string, bucket: string, isPublic: boolean): StorageLinks {
  const end = `/object/public/${bucket}/key`;
  if (!publicUrl.endsWith(end)) throw new Error(`"${bucket}" is no name of a bucket without escapes`);
  const api = publicUrl.slice(0, -end.length);
  const ways = ["/object/public/", "/object/authenticated/", "/object/sign/", "/object/upload/sign/"];
  const addresses = hostsOf(api).flatMap((host) => ways.map((way) => `${host}${way}${bucket}/`));
  const permanent = `${api}/object/${isPublic ? "public" : "authenticated"}/${bucket}/`;
  const urlOf = (key: string) => permanent + key;
  return {
    urlOf,
    keyOf: (url) => keyWithin(addresses, url),
    clientKeyOf: (url) => clientKeyWithin(addresses, url),
    hosts: (url) => isHostOf(addresses, url),
    publicLink: (key) => (downloads(key) ? `${urlOf(key)}?download=` : urlOf(key)),
  };
}

/** What a link is to say to be a download: the storage server keeps no `Content-Disposition` with an object. */
export function downloads(key: string): boolean {
  return !isShown(contentTypeOf(key));
}

/** A hosted project answers under two names, and clients use either. */
function hostsOf(api: string): string[] {
  const hosted = /^https:\/\/([a-z0-9]+)\.(?:storage\.)?(supabase\.(?:co|in|red))\/storage\/v1$/.exec(api);
  if (!hosted) return [api];
  const [, project, domain] = hosted;
  return [`https://${project}.${domain}/storage/v1`, `https://${project}.storage.${domain}/storage/v1`];
}
