import { clientKeyWithin } from "../storage/client-key.ts";
import { isHostOf } from "../storage/is-host-of.ts";
import { keyWithin } from "../storage/key-within.ts";

/** Where a bucket's objects lie. */
export interface S3Place {
  readonly bucket: string;
  readonly region: string;
  readonly endpoint?: string | undefined;
  readonly forcePathStyle: boolean;
  readonly publicUrl?: string | undefined;
}

/** The addresses of one bucket's objects. */
export interface S3Addresses {
  urlOf(key: string): string;
  keyOf(url: string): string | null;
  /** The same of a bucket that clients write: they name files as they like. */
  clientKeyOf(url: string): string | null;
  /** Whether it is of the bucket's host, or of the server's where that names buckets in the path. */
  hosts(url: string): boolean;
}

/** Permanent addresses, and the key of those and of the SDK's signed ones. */
export function s3Addresses(place: S3Place): S3Addresses {
  const own = ownAddress(place);
  const permanent = place.publicUrl === undefined ? own : `${place.publicUrl.replace(/\/+$/, "")}/`;
  const known = [permanent, own];
  return {
    urlOf: (key) => permanent + key,
    keyOf: (url) => keyWithin(known, url),
    clientKeyOf: (url) => clientKeyWithin(known, url),
    hosts: (url) => isHostOf(known, url),
  };
}

/** As the SDK makes it. */
function ownAddress({ bucket, region, endpoint, forcePathStyle }: S3Place): string {
  const server = new URL(endpoint ?? `https://s3.${region}.amazonaws.com`);
  const folder = server.pathname.replace(/\/+$/, "");
  return forcePathStyle
    ? `${server.origin}${folder}/${bucket}/`
    : `${server.protocol}//${bucket}.${server.host}${folder}/`;
}
