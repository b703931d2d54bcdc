/** How the issuer signs. Each is bound to one type of key: ES256 to P-256, RS256 to RSA of 2048 bits or more, EdDSA to Ed25519. */
export type JwtAlgorithm = "ES256" | "RS256" | "EdDSA";

/** Tokens by the issuer's published keys. */
interface PublishedKeys {
  /** Where the issuer publishes them. https; http on this machine only. Nothing that a token says leads anywhere else. */
  readonly jwksUrl: string;
  /** Default all three. */
  readonly algorithms?: readonly JwtAlgorithm[];
  /** Must equal `iss`. */
  readonly issuer: string;
  /** Must be in `aud`. `false`: this issuer names none, and every token of its is meant for us. */
  readonly audience: string | false;
}

/** Tokens by a secret shared with whoever issues them. */
interface SharedSecret {
  /** Checks HS256. At least 32 characters; never a public key. */
  readonly secret: string;
  /** Must equal `iss`. Default: not looked at, since nobody else has the secret. */
  readonly issuer?: string;
  /** Must be in `aud`. Default: not looked at. */
  readonly audience?: string | false;
}

/** What is asked of the claims, however the token is signed. */
interface ClaimRules {
  /** The claim that opens the admin routes when it is `true`, or the path to it. Default: nobody is an admin. */
  readonly adminClaim?: string | readonly string[];
  /** Must equal `role`. Default: every role but those of keys, `anon` and `service_role`. */
  readonly role?: string;
  /** `uuid`: `sub` must be one, in small letters. Default `text`: 1 to 255 characters. */
  readonly userId?: "text" | "uuid";
  /** How far the issuer's clock may be off, 0 to 30. Default 5. */
  readonly skewS?: number;
}

/** How tokens are checked. By published keys or by a secret; by both only while you move from one to the other. */
export type JwtAuthOptions = ClaimRules &
  (
    | (SharedSecret & { readonly jwksUrl?: never; readonly algorithms?: never; readonly migrating?: never })
    | (PublishedKeys & { readonly secret?: never; readonly migrating?: never })
    | (PublishedKeys &
        Pick<SharedSecret, "secret"> & {
          /** Both are good until the last token that was signed with the secret has expired. */
          readonly migrating: true;
        })
  );

const published: readonly string[] = ["ES256", "RS256", "EdDSA"] satisfies JwtAlgorithm[];
const skewMaxS = 30;

/**
 * Says no at start to what would let in the wrong people, also where no compiler has looked.
 *
 * @throws Error - names the option.
 */
export function checkJwtOptions(options: JwtAuthOptions): void {
  const given: { readonly [Key in keyof PublishedKeys | keyof SharedSecret | "migrating"]?: unknown } =
    options;
  if (given.secret === undefined && given.jwksUrl === undefined) refuse("give it a secret or a jwksUrl");
  if (given.secret !== undefined) checkSecret(given.secret);
  if (given.jwksUrl !== undefined) {
    if (given.secret !== undefined && given.migrating !== true)
      refuse("a secret beside a jwksUrl is for a migration: say migrating: true");
    checkUrl(given.jwksUrl);
    checkAlgorithms(given.algorithms);
    if (given.issuer === undefined) refuse("a jwksUrl needs its issuer");
    if (given.audience === undefined)
      refuse("a jwksUrl needs an audience, or audience: false where its issuer names none");
  }
  // An empty variable of an environment would otherwise switch a check off.
  if (given.issuer !== undefined && !isText(given.issuer)) refuse("issuer must be a text");
  if (given.audience !== undefined && given.audience !== false && !isText(given.audience))
    refuse("audience must be a text");
  checkRules(options);
}

function checkSecret(secret: unknown): void {
  if (typeof secret !== "string" || secret.length < 32) refuse("the secret must have at least 32 characters");
  // Everybody knows a public key: as a secret it would let everybody sign.
  if (/-----BEGIN|"kty"|^ssh-/.test(secret)) refuse("the secret must not be a public key");
}

function checkUrl(address: unknown): void {
  const url = typeof address === "string" ? URL.parse(address) : null;
  if (url === null || url.username !== "" || url.password !== "") refuse("jwksUrl is no URL of keys");
  const isHere = ["127.0.0.1", "[::1]", "localhost"].includes(url.hostname);
  if (url.protocol !== "https:" && !(url.protocol === "http:" && isHere)) refuse("jwksUrl must be https");
}

function checkAlgorithms(algorithms: unknown = published): void {
  const isKnown = (name: unknown) => typeof name === "string" && published.includes(name);
  if (!Array.isArray(algorithms) || algorithms.length === 0 || !algorithms.every(isKnown))
    refuse(`algorithms must be some of ${published.join(", ")}`);
}

function checkRules({ adminClaim = [], skewS = 0 }: ClaimRules): void {
  if (!(skewS >= 0 && skewS <= skewMaxS)) refuse(`skewS must be from 0 to ${skewMaxS}`);
  // Supabase's users write it themselves.
  if ([adminClaim].flat()[0] === "user_metadata") refuse("adminClaim must not be what users can write");
}

function isText(value: unknown): boolean {
  return typeof value === "string" && value !== "";
}

function refuse(reason: string): never {
  throw new Error(`jwtAuth: ${reason}`);
}
