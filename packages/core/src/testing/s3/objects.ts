import { createHash, randomUUID } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { rm } from "node:fs/promises";
import type { IncomingHttpHeaders, IncomingMessage } from "node:http";
import { join } from "node:path";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { S3Refusal } from "./signature.ts";

/** Bytes on the disk. */
interface Blob {
  readonly file: string;
  readonly size: number;
  readonly etag: string;
}

/** An object: bytes of one or several parts, and the headers that it is sent with. */
export interface StoredS3Object {
  readonly parts: readonly Blob[];
  readonly size: number;
  readonly headers: Readonly<Record<string, string>>;
}

/** A multipart upload that has neither been completed nor aborted. */
interface OpenUpload {
  readonly key: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly parts: Map<number, Blob>;
}

/** All parts but the last (https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html). */
const partBytesMin = 5 * 1024 * 1024;

/** A bucket: names in memory, bytes in a folder, so that no file is held in memory that a test measures. */
export class S3Bucket {
  readonly objects = new Map<string, StoredS3Object>();
  readonly uploads = new Map<string, OpenUpload>();
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  async put(key: string, request: IncomingMessage, sha256: string): Promise<Blob> {
    const part = await this.#write(request, sha256);
    await this.#replace(key, { parts: [part], size: part.size, headers: kept(request.headers) });
    return part;
  }

  async *read(object: StoredS3Object): AsyncGenerator<Buffer> {
    for (const { file } of object.parts) yield* createReadStream(join(this.#folder, file));
  }

  async remove(key: string): Promise<void> {
    await this.#drop(this.objects.get(key)?.parts ?? []);
    this.objects.delete(key);
  }

  begin(key: string, headers: IncomingHttpHeaders): string {
    const id = randomUUID();
    this.uploads.set(id, { key, headers: kept(headers), parts: new Map() });
    return id;
  }

  async putPart(id: string, number: number, request: IncomingMessage, sha256: string): Promise<Blob> {
    const upload = this.#upload(id);
    const part = await this.#write(request, sha256);
    upload.parts.set(number, part);
    return part;
  }

  async complete(id: string, wanted: readonly { number: number; etag: string }[]): Promise<void> {
    const { key, headers, parts } = this.#upload(id);
    const chosen = wanted.map(({ number, etag }) => {
      const part = parts.get(number);
      if (part?.etag !== etag) throw new S3Refusal(400, "InvalidPart");
      return part;
    });
    if (chosen.slice(0, -1).some(({ size }) => size < partBytesMin))
      throw new S3Refusal(400, "EntityTooSmall");
    this.uploads.delete(id);
    const size = chosen.reduce((sum, part) => sum + part.size, 0);
    await this.#replace(key, { parts: chosen, size, headers });
  }

  async abort(id: string): Promise<void> {
    const { parts } = this.#upload(id);
    this.uploads.delete(id);
    await this.#drop([...parts.values()]);
  }

  #upload(id: string): OpenUpload {
    const found = this.uploads.get(id);
    if (!found) throw new S3Refusal(404, "NoSuchUpload");
    return found;
  }

  /** The body whole, as long as it was said to be and with the hash that was signed, or nothing. */
  async #write(request: IncomingMessage, sha256: string): Promise<Blob> {
    const declared = request.headers["content-length"];
    if (declared === undefined) throw new S3Refusal(411, "MissingContentLength");
    const file = randomUUID();
    const hashes = [createHash("sha256"), createHash("md5")] as const;
    let size = 0;
    const measure = new Transform({
      transform(chunk: Buffer, _, done) {
        size += chunk.length;
        for (const hash of hashes) hash.update(chunk);
        done(null, chunk);
      },
    });
    try {
      await pipeline(request, measure, createWriteStream(join(this.#folder, file)));
      const [content, md5] = hashes.map((hash) => hash.digest("hex"));
      if (sha256 !== "UNSIGNED-PAYLOAD" && sha256 !== content)
        throw new S3Refusal(400, "XAmzContentSHA256Mismatch");
      return { file, size, etag: `"${md5}"` };
    } catch (error) {
      await rm(join(this.#folder, file), { force: true });
      throw error;
    }
  }

  async #replace(key: string, object: StoredS3Object): Promise<void> {
    const older = this.objects.get(key);
    this.objects.set(key, object);
    await this.#drop(older?.parts ?? []);
  }

  async #drop(parts: readonly Blob[]): Promise<void> {
    for (const { file } of parts) await rm(join(this.#folder, file), { force: true });
  }
}

/** What S3 keeps with an object and sends with it. */
function kept(headers: IncomingHttpHeaders): Record<string, string> {
  const names = ["content-type", "content-disposition", "cache-control"];
  return Object.fromEntries(
    names.flatMap((name) => (headers[name] === undefined ? [] : [[name, String(headers[name])]])),
  );
}
