import { readdir, rm, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { AppError, isAppError } from "../errors/app-error.ts";
import { diskPath } from "./disk-path.ts";
import { type FileLinks, fileLinks } from "./file-links.ts";
import { contentTypeOf, isKey } from "./key.ts";
import type { ObjectStore, SignedUpload, StoredObject } from "./port.ts";
import { openFile } from "./read-file.ts";
import { receiveFile } from "./receive-file.ts";
import { sendFile } from "./send-file.ts";
import { signedQuery, verifyQuery } from "./signature.ts";
import { writeFileWhole } from "./write-file.ts";

/** The knobs of `files`. */
export interface FilesOptions {
  /** The time, in ms since 1970. Default: the system's. */
  readonly now?: () => number;
}

/** No key begins with a dot, so drafts can never be taken for objects. */
const draftFolder = ".drafts";
const draftAgeMaxMs = 3_600_000;

/**
 * Keeps files in a folder, and serves them from the BFF itself by signed links.
 *
 * For one machine, or several with a shared folder. An object is visible as a whole or not at all; writing a key
 * again replaces it. The content type comes from the key's extension, by a fixed table.
 *
 * Links need `configure`, which `createBff` calls. A signed link allows one method on one key.
 *
 * @param directory - Made when it is missing.
 *
 * @example
 * const bff = createBff({ storage: files("./data/assets"), … });
 */
export function files(directory: string, options: FilesOptions = {}): ObjectStore {
  return new Files(resolve(directory), options.now ?? Date.now);
}

class Files implements ObjectStore {
  readonly #directory: string;
  readonly #now: () => number;
  #host: { links: FileLinks; secret: string } | undefined;
  #cleaned: Promise<void> | undefined;

  constructor(directory: string, now: () => number) {
    this.#directory = directory;
    this.#now = now;
  }

  configure(host: { publicUrl: string; basePath: string; secret: string }): void {
    this.#host = { links: fileLinks(host), secret: host.secret };
  }

  async put(
    key: string,
    body: ReadableStream<Uint8Array>,
    { signal }: { signal?: AbortSignal },
  ): Promise<void> {
    await writeFileWhole(this.#pathOf(key), body, { temporary: join(this.#directory, draftFolder), signal });
  }

  async open(key: string): Promise<StoredObject | null> {
    const file = isKey(key) ? await openFile(this.#pathOf(key)) : null;
    if (!file) return null;
    const { bytes } = file;
    return { stream: file.read({ start: 0, end: bytes }), bytes, contentType: contentTypeOf(key) };
  }

  async remove(keys: readonly string[]): Promise<void> {
    await Promise.all(keys.filter(isKey).map((key) => removeFile(this.#pathOf(key))));
  }

  urlOf(key: string): string {
    return this.#configured().links.urlOf(key);
  }

  keyOf(url: string): string | null {
    return this.#configured().links.keyOf(url);
  }

  async signedUrl(key: string, { expiresInS }: { expiresInS: number }): Promise<string> {
    const { links, secret } = this.#configured();
    return `${links.urlOf(key)}?${signedQuery(secret, { method: "GET", key, expires: this.#after(expiresInS) })}`;
  }

  async signedUpload(
    key: string,
    { expiresInS, contentType, bytesMax }: { expiresInS: number; contentType: string; bytesMax: number },
  ): Promise<SignedUpload> {
    const { links, secret } = this.#configured();
    const expires = this.#after(expiresInS);
    return {
      method: "PUT",
      url: `${links.urlOf(key)}?${signedQuery(secret, { method: "PUT", key, expires, contentType, bytesMax })}`,
      headers: { "content-type": contentType },
      expires_at: new Date(expires * 1000).toISOString(),
    };
  }

  /** Makes the folder, proves that it can be written, and once per process removes drafts that a crash left behind. */
  async ready(): Promise<void> {
    const probe = join(this.#directory, draftFolder, "probe");
    await writeFileWhole(probe, new Blob([]).stream(), { temporary: join(this.#directory, draftFolder) });
    this.#cleaned ??= this.#removeOldDrafts();
    await this.#cleaned;
  }

  /**
   * Answers `GET`, `HEAD` and `PUT` of one key.
   *
   * @throws AppError `invalid_signature` - the link is altered, expired, or for another key or method.
   * @throws AppError `not_found` - nothing is stored there.
   * @throws AppError `method_not_allowed` - another method.
   * @throws AppError `payload_too_large`, `unsupported_media_type`, `validation_failed`, `request_timeout` - see
   * `receiveFile`.
   * @throws AppError `unavailable` - the disk refused.
   */
  async serve(request: Request, key: string): Promise<Response> {
    const { method } = request;
    if (method === "GET" || method === "HEAD") return await this.#send(request, key);
    if (method === "PUT") return await this.#receive(request, key);
    throw new AppError("method_not_allowed", { details: { allow: ["GET", "HEAD", "PUT"] } });
  }

  async #send(request: Request, key: string): Promise<Response> {
    const grant = this.#verify("GET", request, key);
    const file = isKey(key) ? await openFile(this.#pathOf(key)) : null;
    if (!file) throw new AppError("not_found");
    return await sendFile(request, { key, file, secondsLeft: grant.expires - this.#now() / 1000 });
  }

  async #receive(request: Request, key: string): Promise<Response> {
    try {
      const grant = this.#verify("PUT", request, key);
      await this.put(key, receiveFile(request, grant), { signal: request.signal });
    } catch (error) {
      // What is left of a refused body is not waited for.
      if (request.body && !request.body.locked) await request.body.cancel(error).catch(() => undefined);
      const left = request.signal.aborted && error === request.signal.reason;
      throw isAppError(error)
        ? error
        : new AppError(left ? "request_timeout" : "unavailable", { cause: error });
    }
    return new Response(null, { status: 204 });
  }

  #verify<Method extends "GET" | "PUT">(method: Method, request: Request, key: string) {
    const query = new URL(request.url).searchParams;
    return verifyQuery(this.#configured().secret, { method, key, query, now: this.#now() });
  }

  #configured(): { links: FileLinks; secret: string } {
    if (!this.#host) throw new Error("files() has no links before configure() was called");
    return this.#host;
  }

  #pathOf(key: string): string {
    if (!isKey(key)) throw new Error("not a key");
    return diskPath(this.#directory, key);
  }

  #after(seconds: number): number {
    return Math.floor(this.#now() / 1000) + seconds;
  }

  async #removeOldDrafts(): Promise<void> {
    const folder = join(this.#directory, draftFolder);
    for (const name of await readdir(folder)) {
      const path = join(folder, name);
      const age = this.#now() - (await stat(path).catch(() => ({ mtimeMs: this.#now() }))).mtimeMs;
      if (age > draftAgeMaxMs) await rm(path, { force: true });
    }
  }
}

async function removeFile(path: string): Promise<void> {
  await rm(path, { force: true }).catch((error: unknown) => {
    // A folder holds objects and is none; `ENOTDIR`: what would be the folder is an object.
    if (!["ERR_FS_EISDIR", "ENOTDIR"].includes(String((error as { code?: unknown }).code))) throw error;
  });
}
