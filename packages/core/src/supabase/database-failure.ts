import { AppError } from "../errors/app-error.ts";

/** What supabase-js resolves a call to. `status` is 0 where no answer came. */
export interface RpcAnswer {
  readonly data: unknown;
  readonly error: PostgrestFailure | null;
  readonly status: number;
}

/** PostgREST's error body; of any other server's answer supabase-js keeps the text as `message`, or its JSON as it is. */
interface PostgrestFailure {
  readonly message?: string | null;
  readonly details?: string | null;
  readonly hint?: string | null;
  readonly code?: string | null;
}

/**
 * What went wrong with a call, in the form that `callWithRetries` judges; undefined: nothing did.
 *
 * An error of Postgres keeps its SQLSTATE and its DETAIL, as every driver's. PostgREST's own errors become a message for
 * the operator, or `unavailable`. The text of any other server's answer is never repeated: nobody knows what is in it.
 */
export function failureOf(functionName: string, answer: RpcAnswer): Error | undefined {
  const { status } = answer;
  if (answer.error === null && status === 200) return undefined;
  if (answer.error === null && status === 204) return withoutContent(functionName);
  // Without an error and without success: the body was the JSON `null`.
  const error = answer.error ?? {};
  const code = typeof error.code === "string" ? error.code : "";
  if (isSqlState(code) && code !== notAllowed) return sqlError(error, code);
  if (code === notAllowed || status === 401 || status === 403) return keyRefused(functionName, code, status);
  if (code.startsWith("PGRST")) return ofPostgrest(functionName, code);
  if (status === 0) return lost(`no answer came (${networkReason(error)})`);
  if (status >= 500) return lost(`the answer was HTTP ${status}, not of PostgREST`);
  return new AppError("unavailable", { message: elsewhere(status) });
}

/** Five characters, as `PT402` and `40001`: `PGRST` with its number has more. */
function isSqlState(code: string): boolean {
  return /^[0-9A-Z]{5}$/.test(code);
}

/** `insufficient_privilege`: what anon and authenticated get for every function of ours. */
const notAllowed = "42501";

function sqlError({ message, details }: PostgrestFailure, code: string): Error {
  return Object.assign(new Error(message ?? code), {
    code,
    ...(details ? { detail: details } : {}),
  });
}

function keyRefused(functionName: string, code: string, status: number): Error {
  return new Error(
    `Supabase did not let us call ${functionName} (HTTP ${status}${code ? `, ${code}` : ""}): make the client with the secret or service_role key of the same project as its URL, and sign nobody in with it`,
  );
}

function ofPostgrest(functionName: string, code: string): Error {
  switch (code) {
    case "PGRST202":
      return new Error(
        `The database has no function ${functionName} that takes these arguments: its schema is missing or older than this version of @genbff/core. Run \`bff migrate\` (or \`bff migrate --emit supabase/migrations\` and \`supabase db push\`); after that, \`notify pgrst, 'reload schema'\` where PostgREST has not heard of it`,
      );
    case "PGRST106":
      return new Error(`${functionName} cannot be called: Supabase does not expose the schema "public"`);
    default:
      // PGRST000 to 003: no connection to Postgres, or none free. PGRSTX00: it broke.
      if (/^PGRST(00\d|X00)$/.test(code)) return lost(`PostgREST does not reach its database (${code})`);
      return new Error(`PostgREST refused the call of ${functionName} (${code})`);
  }
}

/** Whether the call was done, nobody knows; it may be made again (R4), so it has the SQLSTATE of a lost connection. */
function lost(reason: string): Error {
  const message = `Supabase could not be reached: ${reason}`;
  return new AppError("unavailable", {
    message,
    cause: Object.assign(new Error(message), { code: "08006" }),
  });
}

/** What can be said of it without its text, where an unusable key would stand. */
function networkReason({ message, details }: PostgrestFailure): string {
  const name = /^(\w*Error)\b/.exec(message ?? "")?.[1] ?? "Error";
  const code = /\(((?:E|UND_ERR_)[A-Z_]+)\)/.exec(details ?? "")?.[1];
  return code === undefined ? name : `${name}, ${code}`;
}

/** supabase-js also makes this of an empty 404, so it cannot be taken for the null of a function. */
function withoutContent(functionName: string): Error {
  return new AppError("unavailable", {
    message: `The answer of ${functionName} was empty: functions that are called return jsonb, not void; else the client's URL is not that of a Supabase project`,
  });
}

function elsewhere(status: number): string {
  if (status === 429) return "Supabase takes no more requests at the moment (HTTP 429)";
  return `The answer was HTTP ${status}, not of PostgREST: the client's URL is not that of a Supabase project, or the project is paused`;
}
