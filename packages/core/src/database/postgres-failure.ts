import { AppError } from "../errors/app-error.ts";
import { classifySqlError, sqlStateOf } from "./sql-error.ts";

/** Where a driver connects to, in the words of an operator: never the connection string, which holds a password. */
export interface PostgresPlace {
  readonly host: string;
  readonly port: number;
  readonly user: string | undefined;
  readonly database: string | undefined;
  /** No connection string was given: the place is what `pg` makes of that. */
  readonly byDefault: boolean;
}

/** What the tries to connect are limited by. */
export interface ConnectLimits {
  readonly max: number;
  readonly connectTimeoutMs: number;
}

/**
 * What operators hear of a connection that could not be had: `unavailable` to everybody else.
 *
 * Keeps the code of the failure in `cause`, by which `callWithRetries` judges whether a second try may help: not where
 * password, database or certificate are wrong.
 */
export function connectFailure(error: unknown, place: PostgresPlace, limits: ConnectLimits): AppError {
  const said = error instanceof Error ? error.message : String(error);
  const code = codeOf(error, said);
  const message = `${reason(code, said, place, limits)}${place.byDefault ? ". No connection string was given" : ""}`;
  return new AppError("unavailable", { message, cause: Object.assign(new Error(said || message), { code }) });
}

/** `pg` gives some of its failures no code, and pgbouncer one code to all of its refusals: there the text decides. */
function codeOf(error: unknown, said: string): string {
  const code = sqlStateOf(error);
  if (code === "08P01" && /password authentication failed|no such user/.test(said)) return "28P01";
  if (code === "08P01" && /database .*does not exist|no such database/.test(said)) return "3D000";
  if (code !== undefined) return code;
  if (said.startsWith("SASL")) return "28P01";
  if (said.includes("does not support SSL")) return noTls;
  return classifySqlError(error) === "disconnected" ? "08006" : "08001";
}

const noTls = "NO_TLS";

function reason(code: string, said: string, place: PostgresPlace, limits: ConnectLimits): string {
  const server = `Postgres at ${place.host}:${place.port}`;
  if (said.startsWith("timeout exceeded"))
    return `All ${limits.max} connections to ${server} were in use for ${limits.connectTimeoutMs} ms: raise max, or look for calls that wait`;
  if (/^(timeout expired|Connection terminated due to connection timeout)/.test(said) || code === "ETIMEDOUT")
    return `${server} did not answer within ${limits.connectTimeoutMs} ms: is the address right, and does a firewall stand between?`;
  switch (code) {
    case "ECONNREFUSED":
      return `Nobody listens at ${place.host}:${place.port}: is Postgres running, and is the address right? (${code})`;
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return `The host ${place.host} has no address: is the connection string right? (${code})`;
    case "28P01":
    case "28000":
      return `${server} did not let the user "${place.user}" in: ${said} (${code})`;
    case "3D000":
      return `${server} has no database "${place.database}": make it, or mend the connection string (${code})`;
    case "53300":
      return `${server} takes no more connections: ${said} (${code})`;
    case noTls:
      return `${server} offers no TLS: turn it on there, or take sslmode out of the connection string where the network is your own`;
    case "08P01":
      return `${server}, or the pooler before it, refused the connection: ${said}${hint(said)}`;
  }
  if (isTls(code)) return `TLS with ${server} failed: ${said} (${code}). ${tlsCure(code)}`;
  return `${server} could not be reached: ${said || code}`;
}

function hint(said: string): string {
  if (!said.includes("startup parameter")) return "";
  return ". Leave statementTimeoutMs out, and give the limit to the role: alter role … set statement_timeout";
}

/** OpenSSL's reasons to reject a certificate, and Node's own. */
function isTls(code: string): boolean {
  return /^(ERR_(TLS|SSL|OSSL)_|UNABLE_TO_|CERT_|(SELF_SIGNED|DEPTH_ZERO)_|EPROTO$)/.test(code);
}

function tlsCure(code: string): string {
  if (code === "ERR_TLS_CERT_ALTNAME_INVALID")
    return "The certificate is for another host than the one in the connection string";
  if (code === "CERT_HAS_EXPIRED" || code === "CERT_NOT_YET_VALID")
    return "Renew the certificate, or set the clock";
  if (/^(UNABLE_TO_|SELF_SIGNED|DEPTH_ZERO)/.test(code))
    return "Give the authority that signed its certificate: sslrootcert=<file> in the connection string, or ssl: { ca }";
  return "Compare what both sides take";
}
