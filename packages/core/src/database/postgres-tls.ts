import { readFileSync } from "node:fs";
import type { ConnectionOptions } from "node:tls";

/** What a driver needs to know of TLS, and a connection string that says no more of it. */
export interface TlsSettings {
  readonly connectionString: string;
  readonly ssl?: boolean | ConnectionOptions;
}

/** Parameters that libpq knows, and `no-verify`, which pg knows. */
const modes = ["disable", "require", "verify-ca", "verify-full", "no-verify"] as const;
type Mode = (typeof modes)[number];

/**
 * Takes `sslmode`, `sslrootcert`, `sslcert` and `sslkey` out of a connection string, with the meaning that they have for
 * psql and every other client: `require` encrypts and asks for no certificate, unless there is an authority to check it by.
 *
 * `ssl` is for what a URL cannot say, such as a certificate that is not in a file; where both speak, it wins.
 *
 * @throws Error - the mode is none that is kept here, or a file cannot be read. Names neither user nor password.
 */
export function tlsSettings(connectionString: string, ssl?: boolean | ConnectionOptions): TlsSettings {
  const start = connectionString.indexOf("?");
  const query = new URLSearchParams(start < 0 ? "" : connectionString.slice(start + 1));
  const take = (name: string) => {
    const value = query.get(name);
    query.delete(name);
    return value ?? undefined;
  };
  const mode = take("sslmode");
  const files = { ca: take("sslrootcert"), cert: take("sslcert"), key: take("sslkey") };
  take("uselibpqcompat"); // what we do anyway
  const rest = query.size === 0 ? "" : `?${query}`;
  const bare = start < 0 ? connectionString : `${connectionString.slice(0, start)}${rest}`;
  if (mode === undefined && Object.values(files).every((file) => file === undefined))
    return { connectionString: bare, ...(ssl === undefined ? {} : { ssl }) };
  if (typeof ssl === "boolean") return { connectionString: bare, ssl };
  return { connectionString: bare, ssl: byMode(mode, files, ssl) };
}

type Files = Readonly<Record<"ca" | "cert" | "key", string | undefined>>;

function byMode(mode: string | undefined, files: Files, more: ConnectionOptions = {}) {
  if (mode !== undefined && !isMode(mode))
    throw new Error(`sslmode=${mode} of the connection string is not one of ${modes.join(", ")}`);
  if (mode === "disable") return Object.keys(more).length === 0 ? false : more;
  const options: ConnectionOptions = { ...read(files), ...more };
  if (mode === "verify-ca" && options.ca === undefined)
    throw new Error(
      "sslmode=verify-ca of the connection string needs sslrootcert=<file>: any server can have a certificate of a public authority; with those take verify-full",
    );
  return { ...checks(mode ?? "verify-full", files.ca === "system" || options.ca !== undefined), ...options };
}

/** How much of the server's certificate is compared. */
function checks(mode: Mode, authority: boolean): ConnectionOptions {
  if (mode === "no-verify" || (mode === "require" && !authority)) return { rejectUnauthorized: false };
  // Signed by the authority, whatever host it is for.
  if (mode === "require" || mode === "verify-ca") return { checkServerIdentity: () => undefined };
  return {};
}

function read(files: Files): ConnectionOptions {
  const texts = Object.entries(files).flatMap(([name, path]) => {
    if (path === undefined || (name === "ca" && path === "system")) return []; // "system": what Node trusts
    try {
      return [[name, readFileSync(path, "utf8")] as const];
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      throw new Error(`The file ${path} of the connection string cannot be read (${code})`, { cause: error });
    }
  });
  return Object.fromEntries(texts);
}

function isMode(mode: string): mode is Mode {
  return (modes as readonly string[]).includes(mode);
}
