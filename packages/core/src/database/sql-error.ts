import { isErrorCode } from "../contract/error-codes.ts";
import { AppError, isAppError } from "../errors/app-error.ts";

/** What a failed database call means to whoever made it. */
export type SqlFailure = "refused" | "contended" | "disconnected" | "timed_out" | "bug";

/** What Postgres sends with an error, in the fields that both `pg` and PGlite use. */
interface ServerError extends Error {
  readonly code?: string;
  readonly detail?: string;
  readonly [field: string]: unknown;
}

/** Serialization failure, deadlock, lock timeout: the same call succeeds once the others are through. */
const contended = new Set(["40001", "40P01", "55P03"]);

/** Nobody is there, or the server is going away, or it takes no more connections, or it became a standby under us. */
const disconnected = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "ECONNABORTED",
  "EPIPE",
  "ETIMEDOUT",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENOTFOUND",
  "EAI_AGAIN",
  "25006",
  "53300",
  "57P01",
  "57P02",
  "57P03",
  "57P05",
]);

/** `pg` gives these no code, so here, and only here, the text decides. */
const disconnectedMessages =
  /^(Connection terminated|timeout expired|timeout exceeded when trying to connect|Query read timeout|Client (has encountered a connection error|was closed) and is not queryable|Cannot use a pool after calling end)/;

/**
 * The SQLSTATE, or Node's error code, of a thrown value or of what caused it.
 *
 * Lets a caller tell a lock timeout (`55P03`) from other reasons of `unavailable`.
 */
export function sqlStateOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  if (isAppError(error)) return sqlStateOf(error.cause);
  const { code } = error as ServerError;
  return typeof code === "string" ? code : undefined;
}

/** Sorts a failure as `pg` or PGlite threw it. Refusals and connections are told apart by code, never by text of ours. */
export function classifySqlError(error: unknown): SqlFailure {
  const state = sqlStateOf(error);
  if (state !== undefined) {
    if (/^PT\d{3}$/.test(state)) return "refused";
    if (contended.has(state)) return "contended";
    if (state.startsWith("08") || disconnected.has(state)) return "disconnected";
    if (state === "57014") return "timed_out";
    return "bug";
  }
  return error instanceof Error && disconnectedMessages.test(error.message) ? "disconnected" : "bug";
}

/** Whether the same call, with the same arguments, may be made again. */
export function isRepeatable(error: unknown): boolean {
  const failure = classifySqlError(error);
  return failure === "contended" || failure === "disconnected";
}

/**
 * The one translation of database failures.
 *
 * A refusal becomes the `AppError` it names, contention and lost connections that outlived their retries become
 * `unavailable`, everything else a plain `Error`: a bug of ours, which clients see as `internal_error`.
 */
export function translateSqlError(error: unknown, functionName: string): Error {
  if (isAppError(error)) return error;
  const failure = classifySqlError(error);
  if (failure === "refused") return refusal(error as ServerError, functionName);
  if (failure === "bug" && error instanceof Error && sqlStateOf(error) === undefined) return error; // not the server's
  const cause = withoutValues(error);
  if (failure !== "bug") return new AppError("unavailable", { cause });
  return new Error(`The database call ${functionName} failed: ${cause.message}`, { cause });
}

function refusal(error: ServerError, functionName: string): Error {
  const { message, detail } = error;
  const cause = withoutValues(error);
  if (!isErrorCode(message)) {
    return new Error(`${functionName} refused with "${message}", which is not one of our codes`, { cause });
  }
  if (!detail) return new AppError(message, { cause });
  try {
    return new AppError(message, { cause, details: JSON.parse(detail) as Record<string, unknown> });
  } catch {
    return new Error(`${functionName} refused with ${message} and a DETAIL that is not JSON`, { cause });
  }
}

/** Fields that name things of ours. The others repeat rows, arguments or JSON, and with them people's prompts. */
const safeFields = ["code", "severity", "schema", "table", "column", "constraint", "routine", "position"];

function withoutValues(error: unknown): Error {
  if (!(error instanceof Error)) return new Error(String(error));
  const copy = new Error(error.message);
  copy.name = error.name;
  if (error.stack) copy.stack = error.stack;
  const fields = Object.entries(error).filter(
    ([key, value]) => safeFields.includes(key) && value !== undefined,
  );
  return Object.assign(copy, Object.fromEntries(fields));
}
