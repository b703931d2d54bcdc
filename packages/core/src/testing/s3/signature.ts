import { createHash, createHmac, timingSafeEqual } from "node:crypto";

/** A request as far as its signature covers it. */
export interface SignedRequest {
  readonly method: string;
  /** With its query, as sent. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

/** Whose key, and what time it is. */
export interface Verifier {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly region: string;
  /** For links; requests that are signed in their headers are of now. */
  readonly now: () => number;
}

/** What S3 answers to a request that may not be. */
export class S3Refusal extends Error {
  readonly status: number;
  readonly code: string;
  constructor(status: number, code: string, message = code) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

/** The parts of a signature, of a header or of a link. */
interface Given {
  readonly credential: string;
  readonly signedHeaders: string;
  readonly signature: string;
  readonly date: string;
  readonly payload: string;
  readonly expiresS?: number;
}

/**
 * Signature version 4 by its specification, for S3: headers and query alike.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-authenticating-requests.html
 *
 * @returns What the body's SHA-256 is said to be, or `UNSIGNED-PAYLOAD`.
 */
export function verifySignature(request: SignedRequest, verifier: Verifier): string {
  const url = new URL(request.path, "http://s3");
  const given = url.searchParams.has("X-Amz-Signature") ? ofLink(url.searchParams) : ofHeaders(request);
  const [accessKeyId, day = "", region = "", service = "", end = ""] = given.credential.split("/");
  if (accessKeyId !== verifier.accessKeyId) throw new S3Refusal(403, "InvalidAccessKeyId");
  if (region !== verifier.region) throw new S3Refusal(400, "AuthorizationHeaderMalformed");
  if (!given.signedHeaders.split(";").includes("host")) throw new S3Refusal(403, "AccessDenied");
  const scope = [day, region, service, end].join("/");
  const text = ["AWS4-HMAC-SHA256", given.date, scope, sha256(canonical(request, url, given))].join("\n");
  const key = [day, region, service, end].reduce<Buffer | string>(
    (secret, part) => hmac(secret, part),
    `AWS4${verifier.secretAccessKey}`,
  );
  const expected = hmac(key, text);
  const signature = Buffer.from(given.signature, "hex");
  if (signature.length !== expected.length || !timingSafeEqual(signature, expected))
    throw new S3Refusal(403, "SignatureDoesNotMatch");
  if (given.expiresS !== undefined && timeOf(given.date) + given.expiresS * 1000 < verifier.now())
    throw new S3Refusal(403, "AccessDenied", "Request has expired");
  return given.payload;
}

function ofLink(query: URLSearchParams): Given {
  const part = (name: string) => query.get(`X-Amz-${name}`) ?? "";
  return {
    credential: part("Credential"),
    signedHeaders: part("SignedHeaders"),
    signature: part("Signature"),
    date: part("Date"),
    payload: "UNSIGNED-PAYLOAD",
    expiresS: Number(part("Expires")),
  };
}

function ofHeaders({ headers }: SignedRequest): Given {
  const authorization = String(headers.authorization ?? "");
  const part = (name: string) => new RegExp(`${name}=([^,\\s]+)`).exec(authorization)?.[1] ?? "";
  if (!authorization.startsWith("AWS4-HMAC-SHA256 ")) throw new S3Refusal(403, "AccessDenied");
  return {
    credential: part("Credential"),
    signedHeaders: part("SignedHeaders"),
    signature: part("Signature"),
    date: String(headers["x-amz-date"] ?? ""),
    payload: String(headers["x-amz-content-sha256"] ?? ""),
  };
}

function canonical({ method, headers }: SignedRequest, url: URL, given: Given): string {
  const query = [...url.searchParams]
    .filter(([name]) => name !== "X-Amz-Signature")
    .map(([name, value]) => `${encode(name)}=${encode(value)}`)
    .sort();
  const signed = given.signedHeaders
    .split(";")
    .map((name) => `${name}:${String(headers[name] ?? "").trim()}`);
  return [method, url.pathname, query.join("&"), ...signed, "", given.signedHeaders, given.payload].join(
    "\n",
  );
}

const encode = (text: string) =>
  encodeURIComponent(text).replace(
    /[!'()*]/g,
    (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`,
  );
const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");
const hmac = (key: Buffer | string, text: string) => createHmac("sha256", key).update(text).digest();
const timeOf = (date: string) =>
  Date.parse(date.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, "$1-$2-$3T$4:$5:$6Z"));
