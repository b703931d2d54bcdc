import { decodeJwt, decodeProtectedHeader, type JWK } from "jose";
import { isAppError } from "../errors/app-error.ts";
import { type Finding, ok, problem } from "../shared/finding.ts";
import { fetchJwks } from "./fetch-jwks.ts";
import { jwksLimits } from "./jwks.ts";
import type { JwtAlgorithm, JwtAuthOptions } from "./jwt-options.ts";
import type { Auth } from "./port.ts";

/** Whether tokens can be checked at all. */
export async function inspectKeys(options: JwtAuthOptions): Promise<Finding> {
  const { jwksUrl, algorithms = ["ES256", "RS256", "EdDSA"] } = options;
  if (jwksUrl === undefined) return ok("Tokens are checked with a secret (HS256)");
  try {
    const { keys } = await fetchJwks(jwksUrl, jwksLimits.timeoutMs);
    const usable = keys.filter((key) => algorithms.some((algorithm) => fits(key, algorithm)));
    if (usable.length > 0)
      return ok(`Tokens are checked with ${usable.length} keys that ${jwksUrl} publishes`);
    return problem(
      `${jwksUrl} publishes no key of ${algorithms.join(", ")}, so nobody can be let in: an issuer that still signs with a shared secret needs that secret here`,
    );
  } catch (error) {
    return problem(
      `The issuer's keys cannot be fetched from ${jwksUrl} (${reasonOf(error)}), so nobody can be let in: correct the address, or let this machine reach it`,
    );
  }
}

/** Each algorithm has keys of one kind, which are chosen by their name. */
function fits({ kid, kty, crv }: JWK, algorithm: JwtAlgorithm): boolean {
  if (typeof kid !== "string") return false;
  if (algorithm === "RS256") return kty === "RSA";
  return algorithm === "ES256" ? kty === "EC" && crv === "P-256" : kty === "OKP" && crv === "Ed25519";
}

/** Whether a token is let in; if not, what of it does not fit. */
export async function inspectToken(
  token: string,
  options: JwtAuthOptions,
  authenticate: Auth["authenticate"],
): Promise<Finding> {
  const headers = { authorization: `Bearer ${token}` };
  try {
    const { userId, admin } = await authenticate(new Request("http://localhost/", { headers }));
    return ok(`The token is let in, as the ${admin ? "operator" : "user"} ${userId}`);
  } catch (error) {
    const code = isAppError(error) ? error.code : "unavailable";
    return problem(`The token is answered with ${code}: ${misfitOf(token, options)}`);
  }
}

/** The first thing that does not fit, from what is seen at a glance to what only the signature can tell. */
function misfitOf(token: string, options: JwtAuthOptions): string {
  try {
    const { iss, aud, exp = 0, role } = decodeJwt<{ role?: unknown }>(token);
    const { alg } = decodeProtectedHeader(token);
    const { issuer, audience, jwksUrl, secret } = options;
    if (issuer !== undefined && iss !== issuer)
      return `it was issued by ${iss ?? "nobody"}, and those of ${issuer} are let in: it is of another project, or the address is`;
    if (audience && ![aud].flat().includes(audience))
      return `it is meant for ${[aud].flat().join(", ") || "nobody"}, and those for ${audience} are let in`;
    if (role === "anon" || role === "service_role" || (options.role && role !== options.role))
      return `its role is ${String(role)}: sign in as a user, and take that session's access token`;
    if (exp * 1000 < Date.now())
      return "it has expired: take a new one, or set this machine's clock, if that is wrong";
    if (alg === "HS256" && secret === undefined)
      return "it is signed with a shared secret (HS256), and only published keys are known here: give the secret, and migrating: true as long as both are in use";
    if (alg !== "HS256" && jwksUrl === undefined)
      return `it is signed with a published key (${alg}), and only a secret is known here: take published keys, and migrating: true as long as both are in use`;
    return "another key has signed it: the keys here are of another project, or were changed since";
  } catch {
    return "it is none, which would be three parts with dots between them";
  }
}

function reasonOf(error: unknown): string {
  const { message, cause } = error as { message?: string; cause?: { code?: string } };
  return cause?.code ?? (message?.startsWith("the keys") ? message : undefined) ?? (error as Error).name;
}
