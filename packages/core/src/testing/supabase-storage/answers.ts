/**
 * An error as the storage server renders it (`src/internal/errors/storage-error.ts`): HTTP 400 for all but 500 and 544, and
 * what is meant as text in the body.
 */
export class StorageRefusal extends Error {
  readonly status: number;
  readonly body: { statusCode: string; code: string; error: string; message: string };

  constructor(statusCode: number, code: string, message: string, error = code) {
    super(message);
    this.status = statusCode === 500 || statusCode === 544 ? statusCode : 400;
    this.body = { statusCode: String(statusCode), code, error, message };
  }
}

/** Those of `src/internal/errors/codes.ts` that our calls can meet. */
export const refusals = {
  noSuchBucket: () => new StorageRefusal(404, "NoSuchBucket", "Bucket not found", "Bucket not found"),
  noSuchKey: () => new StorageRefusal(404, "NoSuchKey", "Object not found", "not_found"),
  accessDenied: (message: string) => new StorageRefusal(403, "AccessDenied", message, "Unauthorized"),
  duplicate: () => new StorageRefusal(409, "KeyAlreadyExists", "The resource already exists", "Duplicate"),
  invalidKey: (key: string) => new StorageRefusal(400, "InvalidKey", `Invalid key: ${key}`),
  tooLarge: () =>
    new StorageRefusal(
      413,
      "EntityTooLarge",
      "The object exceeded the maximum allowed size",
      "Payload too large",
    ),
  mimeType: (type: string) =>
    new StorageRefusal(415, "InvalidMimeType", `mime type ${type} is not supported`, "invalid_mime_type"),
  invalidToken: (message: string) => new StorageRefusal(400, "InvalidJWT", message),
  invalidSignature: () => new StorageRefusal(400, "InvalidSignature", "Invalid signature"),
  invalidRequest: (message: string) => new StorageRefusal(400, "InvalidRequest", message, "Error"),
  notPlayed: (what: string) => new StorageRefusal(500, "STAND-IN", `${what} is not played`),
};
