import { type JWTPayload, jwtVerify } from "jose";
import { type Answer, failed } from "./answer.ts";

/** Who asks: the database role that the request runs as, and what its token says. */
export interface Caller {
  readonly role: string;
  readonly claims: JWTPayload;
}

/**
 * Reads the bearer token: its claim `role` is the role, and nobody is `anon`.
 *
 * By https://docs.postgrest.org/en/v14/references/auth.html, "JWT Authentication", and the errors PGRST301 and PGRST303 of
 * https://docs.postgrest.org/en/v14/references/errors.html. Of signatures HS256 alone.
 */
export async function callerOf(authorization: string | undefined, secret: string): Promise<Caller | Answer> {
  const token = /^bearer (.+)$/i.exec(authorization ?? "")?.[1];
  if (token === undefined) return { role: "anon", claims: { role: "anon" } };
  try {
    const { payload } = await jwtVerify(token, new TextEncoder().encode(secret), {
      algorithms: ["HS256"],
      clockTolerance: 30,
    });
    const role = typeof payload.role === "string" ? payload.role : "anon";
    return { role, claims: { ...payload, role } };
  } catch (error) {
    const { code = "" } = error as { code?: string };
    if (code === "ERR_JWT_EXPIRED") return failed(401, "PGRST303", "JWT expired");
    return failed(401, "PGRST301", "No suitable key or wrong key type");
  }
}
