import { AppError } from "../errors/app-error.ts";

/** What the SDK throws: a refusal of the server, or of the network. */
interface S3Failure {
  readonly name?: string;
  readonly code?: unknown;
  readonly $metadata?: { readonly httpStatusCode?: number };
}

const read = (error: unknown): S3Failure =>
  typeof error === "object" && error !== null ? (error as S3Failure) : {};

/** Whether an object is not there; who may not list the bucket is told 403 of it instead. */
export function isMissingObject(error: unknown): boolean {
  return read(error).name === "NoSuchKey";
}

/**
 * What went wrong, said to an operator. The SDK's own text is left out: it may repeat a key's name, or what was signed with it.
 *
 * @param what - "store a file", in the sentence "S3 did not …".
 */
export function s3Failure(what: string, bucket: string, error: unknown): Error {
  const { name = "Error", code, $metadata } = read(error);
  const status = $metadata?.httpStatusCode;
  const named = typeof code === "string" && /^[A-Z_0-9]+$/.test(code) ? code : name;
  const said = (cure: string) =>
    new Error(`S3 did not ${what} (${status === undefined ? named : `HTTP ${status}, ${named}`}): ${cure}`);
  if (name === "NoSuchBucket" || (what === describeBucket && status === 404))
    return said(`there is no bucket "${bucket}" there: create it, or correct bucket, region and endpoint`);
  if (/^(CredentialsProviderError|InvalidAccessKeyId|SignatureDoesNotMatch|ExpiredToken)$/.test(name))
    return said("there are no credentials, or not those of this server; a wrong clock looks the same");
  if (
    status === 301 ||
    status === 307 ||
    name === "PermanentRedirect" ||
    name === "AuthorizationHeaderMalformed"
  )
    return said(`the bucket "${bucket}" lies in another region`);
  if (status === 401 || status === 403)
    return said(
      `the credentials need s3:ListBucket on the bucket "${bucket}", and s3:GetObject, s3:PutObject, s3:DeleteObject and s3:AbortMultipartUpload on its objects`,
    );
  if (status === undefined || status >= 500 || status === 429)
    return new AppError("unavailable", { cause: said("it could not be reached, or was not able to") });
  return said("see the bucket's settings");
}

/** `HEAD` has no body that could name its error. */
export const describeBucket = "describe the bucket";
