import { createHmac, timingSafeEqual } from "node:crypto";
import { AppError } from "../errors/app-error.ts";

/** What a link allows: one method on one key, for a while. */
export type Grant =
  | { readonly method: "GET"; readonly key: string; readonly expires: number }
  | {
      readonly method: "PUT";
      readonly key: string;
      readonly expires: number;
      readonly contentType: string;
      readonly bytesMax: number;
    };

/** Signs a grant as the query of a URL. `expires` is in seconds since 1970. */
export function signedQuery(secret: string, grant: Grant): string {
  const query = new URLSearchParams({ expires: String(grant.expires) });
  if (grant.method === "PUT") {
    query.set("content_type", grant.contentType);
    query.set("bytes_max", String(grant.bytesMax));
  }
  query.set("signature", sign(secret, grant));
  return query.toString();
}

/**
 * Reads a grant back out of a URL's query.
 *
 * @throws AppError `invalid_signature` - missing, altered, expired, or made for another key or method.
 */
export function verifyQuery<Method extends Grant["method"]>(
  secret: string,
  { method, key, query, now }: { method: Method; key: string; query: URLSearchParams; now: number },
): Extract<Grant, { method: Method }> {
  const expires = Number(query.get("expires"));
  const grant = (
    method === "GET"
      ? { method, key, expires }
      : {
          method,
          key,
          expires,
          contentType: query.get("content_type") ?? "",
          bytesMax: Number(query.get("bytes_max")),
        }
  ) as Extract<Grant, { method: Method }>;
  const expected = Buffer.from(sign(secret, grant));
  const given = Buffer.from(query.get("signature") ?? "");
  if (given.length !== expected.length || !timingSafeEqual(given, expected) || expires * 1000 <= now) {
    throw new AppError("invalid_signature");
  }
  return grant;
}

/** The first line keeps these apart from everything else that is signed with the same secret. */
function sign(secret: string, grant: Grant): string {
  const upload = grant.method === "PUT" ? [grant.contentType, String(grant.bytesMax)] : [];
  const lines = ["genbff file link", grant.method, grant.key, String(grant.expires), ...upload];
  return createHmac("sha256", secret).update(JSON.stringify(lines)).digest("base64url");
}
