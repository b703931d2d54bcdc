import { fetchJwks } from "../auth/fetch-jwks.ts";
import { jwksLimits } from "../auth/jwks.ts";
import { jwtAuth } from "../auth/jwt-auth.ts";
import type { Auth } from "../auth/port.ts";
import { type Finding, ok, problem, warning } from "../shared/finding.ts";

/** Which project's users are let in, and by what. */
export interface SupabaseAuthOptions {
  /** The project's, e.g. `https://abcdefghijklmnopqrst.supabase.co`. */
  readonly url: string;
  /**
   * Of a project that still signs with its JWT secret (HS256), 32 characters or more. Default: none; tokens are checked
   * by the keys that the project publishes.
   */
  readonly jwtSecret?: string | undefined;
  /** With `jwtSecret`: the published keys are good, too, until the last token that was signed with the secret has expired. */
  readonly migrating?: boolean | undefined;
  /** What is `true` in an operator's token. Default `["app_metadata", "genbff_admin"]`, which no user can write. */
  readonly adminClaim?: string | readonly string[];
  /** How far Supabase's clock may be off, 0 to 30. Default 5. */
  readonly skewS?: number;
}

/**
 * Lets in the signed-in users of a Supabase project, and none of its keys: `jwtAuth` with what Supabase's tokens say.
 *
 * The user's id is the uuid of `auth.users`. A token of another project is refused: its `iss` is another, and no key of
 * this project has signed it.
 *
 * @throws Error - `url` is none of a project, or an option that would let in the wrong people; it is named.
 * @throws AppError, on a request: `unauthenticated`, `token_expired`, `invalid_token`; `unavailable` while the project's
 *   keys cannot be had.
 *
 * @example
 * const auth = supabaseAuth({ url: "https://abcdefghijklmnopqrst.supabase.co" });
 */
export function supabaseAuth(options: SupabaseAuthOptions): Auth {
  const { url, jwtSecret: secret, migrating = false, adminClaim = operator, skewS } = options;
  const issuer = `${projectUrl("supabaseAuth", url)}/auth/v1`;
  const users = {
    issuer,
    ...({ audience: "authenticated", role: "authenticated", userId: "uuid", adminClaim } as const),
    ...(skewS === undefined ? {} : { skewS }),
  };
  const published = { ...users, jwksUrl: `${issuer}/.well-known/jwks.json` };
  if (secret === undefined) {
    if (migrating) throw new Error("supabaseAuth: migrating needs the jwtSecret that you move away from");
    return jwtAuth(published);
  }
  if (migrating) return jwtAuth({ ...published, secret, migrating });
  const auth = jwtAuth({ ...users, secret });
  const inspect = async (token?: string) => [
    ...((await auth.inspect?.(token)) ?? []),
    await inspectMove(published.jwksUrl),
  ];
  return { ...auth, inspect };
}

/** Whether a project that is taken to sign with its secret does, as far as it can be seen from outside. */
async function inspectMove(jwksUrl: string): Promise<Finding> {
  try {
    const { keys } = await fetchJwks(jwksUrl, jwksLimits.timeoutMs);
    if (keys.length === 0) return ok("The project publishes no keys: it signs with its secret");
    return warning(
      "The project publishes keys, so it signs with them now or soon: say migrating: true, and leave the jwtSecret out when no token of it is left",
    );
  } catch {
    return problem(
      `The project does not answer at ${jwksUrl}: correct its URL, or let this machine reach it`,
    );
  }
}

/** `app_metadata` is written with the service role's key alone. */
const operator = ["app_metadata", "genbff_admin"] as const;

/**
 * A project's URL as its services build on it, without a slash at its end.
 *
 * @throws Error - it is none, or names a service of the project.
 */
export function projectUrl(whose: string, text: string): string {
  const url = URL.parse(text);
  const isBare = url !== null && url.pathname === "/" && url.search === "" && url.hash === "";
  if (!isBare || !/^https?:$/.test(url.protocol) || url.username !== "")
    throw new Error(
      `${whose}: url must be the project's, as https://abcdefghijklmnopqrst.supabase.co, with nothing behind it`,
    );
  return url.origin;
}
