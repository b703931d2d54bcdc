import { AppError } from "../errors/app-error.ts";

/** What supabase-js makes of a refused, broken or foreign answer of the storage server. */
interface StorageFailure {
  readonly message?: string;
  /** Of HTTP; missing where no answer came. */
  readonly status?: number;
  /** What the storage server means, as text: a missing object is HTTP 400 with "404" here. Without its JSON, `status` again. */
  readonly statusCode?: string;
  /** The name of the error; servers before 2025 do not send it. */
  readonly code?: string;
  readonly originalError?: unknown;
}

/** A failure that may go away when the call is made again. */
class StorageUnreachable extends Error {}

/** Whether a call that may be repeated is to be repeated. */
export function isWorthRepeating(error: unknown): boolean {
  return error instanceof StorageUnreachable;
}

/** What callers get: a passing failure is `unavailable`; everything else is a message for operators. */
export function settledFailure(error: unknown): unknown {
  return isWorthRepeating(error) ? new AppError("unavailable", { cause: error }) : error;
}

/**
 * Whether an object is not there. HTTP 400 with `statusCode: "404"`:
 * https://github.com/supabase/storage `src/http/error-handler.ts` and, where the row is there and the bytes are not,
 * `src/storage/renderer/renderer.ts`. A missing bucket says the same of itself and must not be taken for it, nor may a 404 of
 * some other server.
 */
export function isMissingObject(error: unknown): boolean {
  const { code, statusCode, message } = read(error);
  if (code !== undefined) return code === "NoSuchKey";
  return statusCode === "404" && (message === "Object not found" || message === "The resource was not found");
}

/**
 * What went wrong, said to an operator. The server's own text is left out: it may repeat a key, or a path.
 *
 * @param what - "store a file", in the sentence "Supabase Storage did not …".
 */
export function storageFailure(what: string, bucket: string, error: unknown): Error {
  const { status, statusCode = "", code, message } = read(error);
  if (status === undefined)
    return new StorageUnreachable(`Supabase Storage did not ${what}: no answer came (${reasonOf(error)})`);
  const named = code ?? statusCode;
  const refused = (cure: string) =>
    new Error(`Supabase Storage did not ${what} (HTTP ${status}, ${named}): ${cure}`);
  if (code === "NoSuchBucket" || message === "Bucket not found") {
    // Who may not see a bucket is told the same.
    return refused(
      `there is no bucket "${bucket}" for this key. Create it in the project of the client's URL, and make the client with that project's secret or service_role key`,
    );
  }
  if (isPassing(status, statusCode, code))
    return new StorageUnreachable(`Supabase Storage did not ${what} (HTTP ${status}, ${named})`);
  if (status === 401 || status === 403 || /^40[13]$/.test(statusCode) || code === "InvalidJWT") {
    return refused(
      "make the client with the secret or service_role key of the same project as its URL, and sign nobody in with it",
    );
  }
  if (statusCode === "413")
    return refused(`the file is larger than the bucket "${bucket}" or the project allows`);
  if (statusCode === "415") return refused(`the bucket "${bucket}" does not allow files of this type`);
  if (code === undefined && statusCode === String(status)) {
    return new StorageUnreachable(
      `Supabase Storage did not ${what}: the answer was HTTP ${status}, not of the storage server. The client's URL is not that of a Supabase project, or the project is paused`,
    );
  }
  return refused("see the project's storage logs");
}

/** 544 is the storage server's own for a database that did not answer (`src/internal/errors/codes.ts`). */
function isPassing(status: number, statusCode: string, code: string | undefined): boolean {
  if (status >= 500 || status === 429 || /^(5\d\d|429)$/.test(statusCode)) return true;
  return (
    code !== undefined && ["SlowDown", "ResourceLocked", "LockTimeout", "DatabaseTimeout"].includes(code)
  );
}

function read(error: unknown): StorageFailure {
  return typeof error === "object" && error !== null ? (error as StorageFailure) : {};
}

/** Names and codes alone: an unusable key would stand in the text. */
function reasonOf(error: unknown): string {
  const thrown = read(error).originalError ?? error;
  for (const { code } of [thrown, (thrown as { cause?: unknown }).cause].map(read))
    if (typeof code === "string" && /^[A-Z_0-9]+$/.test(code)) return code;
  return thrown instanceof Error ? thrown.name : "unknown";
}
