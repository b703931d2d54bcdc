import { type JWTPayload, jwtVerify, SignJWT } from "jose";
import { refusals } from "./answers.ts";

/** Who asks: the role of a project's key. */
export type Caller = "service_role" | "authenticated" | "anon";

/** The project's secret, which signs keys and links alike, and the time by which links end. */
export interface TokenSettings {
  readonly secret: string;
  readonly now: () => number;
}

const bytesOf = (secret: string) => new TextEncoder().encode(secret);

/** The key in `Authorization` (`src/http/plugins/jwt.ts`). */
export async function callerOf(header: string | undefined, { secret }: TokenSettings): Promise<Caller> {
  try {
    const { payload } = await jwtVerify((header ?? "").replace(/^Bearer\s+/i, ""), bytesOf(secret));
    return payload.role as Caller;
  } catch (error) {
    throw refusals.accessDenied((error as Error).message);
  }
}

/** Signs a link to one object (`signObjectUrl` and `signUploadObjectUrl` of `src/storage/object.ts`). */
export async function signLink(
  claims: { url: string; scope: "download" | "upload"; upsert?: boolean },
  expiresInS: number,
  { secret, now }: TokenSettings,
): Promise<string> {
  const issuedAt = Math.floor(now() / 1000);
  return await new SignJWT(claims)
    .setProtectedHeader({ alg: "HS256" })
    .setIssuedAt(issuedAt)
    .setExpirationTime(issuedAt + expiresInS)
    .sign(bytesOf(secret));
}

/** `verifyObjectSignature` of `src/storage/object.ts`. */
export async function verifyLink(
  token: string | null,
  link: { url: string; scope: "download" | "upload" },
  { secret, now }: TokenSettings,
): Promise<JWTPayload> {
  if (token === null) throw refusals.invalidRequest("querystring must have required property 'token'");
  const { payload } = await jwtVerify(token, bytesOf(secret), { currentDate: new Date(now()) }).catch(
    (error: Error) => Promise.reject(refusals.invalidToken(error.message)),
  );
  if (payload.scope !== link.scope || payload.url !== link.url) throw refusals.invalidSignature();
  return payload;
}
