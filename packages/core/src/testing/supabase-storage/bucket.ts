import { randomUUID } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { rm } from "node:fs/promises";
import type { IncomingMessage } from "node:http";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { refusals } from "./answers.ts";

/** What a bucket is set up as. */
export interface BucketSettings {
  readonly public: boolean;
  readonly file_size_limit: number | null;
  readonly allowed_mime_types: readonly string[] | null;
}

/** A row of `storage.objects`; its bytes are a version of their own. */
interface StoredRow {
  readonly id: string;
  readonly name: string;
  readonly version: string;
  readonly size: number;
  readonly mimetype: string;
  readonly cacheControl: string;
  readonly at: string;
}

/** Keys as the storage server takes them: ASCII (`src/storage/limits.ts`). */
const validKey = /^[A-Za-z0-9_/!.*'() &$=@;:+,?-]+$/;

/** One bucket: its rows in memory, its bytes in a folder, so that no file is held in memory that a test measures. */
export class Bucket {
  readonly name: string;
  readonly settings: BucketSettings;
  readonly #folder: string;
  readonly #rows = new Map<string, StoredRow>();

  constructor(name: string, settings: BucketSettings, folder: string) {
    this.name = name;
    this.settings = settings;
    this.#folder = folder;
  }

  /** `GET /bucket/{id}`. */
  describe() {
    return { id: this.name, name: this.name, owner: "", ...this.settings, created_at: "", updated_at: "" };
  }

  find(key: string): StoredRow {
    const row = this.#rows.get(key);
    if (!row) throw refusals.noSuchKey();
    return row;
  }

  has(key: string): boolean {
    return this.#rows.has(key);
  }

  read(row: StoredRow): NodeJS.ReadableStream {
    return createReadStream(join(this.#folder, row.version));
  }

  /**
   * `src/storage/uploader.ts`: limits before the first byte; the bytes of a new version; last the row, which is when readers
   * see it. A body of unknown length is not measured.
   */
  async write(key: string, request: IncomingMessage, upsert: boolean): Promise<StoredRow> {
    const mimetype = request.headers["content-type"] ?? "application/octet-stream";
    if (mimetype.startsWith("multipart/form-data")) throw refusals.notPlayed("a form");
    this.#assertAllowed(mimetype, request.headers["content-length"]);
    if (!validKey.test(key)) throw refusals.invalidKey(key);
    if (!upsert && this.#rows.has(key)) throw refusals.duplicate();
    const version = randomUUID();
    const path = join(this.#folder, version);
    let size = 0;
    request.on("data", (chunk: Buffer) => {
      size += chunk.length;
    });
    try {
      await pipeline(request, createWriteStream(path));
    } catch (error) {
      await rm(path, { force: true });
      throw error;
    }
    const older = this.#rows.get(key);
    const row: StoredRow = {
      id: older?.id ?? randomUUID(),
      name: key,
      version,
      size,
      mimetype,
      cacheControl: request.headers["cache-control"] ?? "no-cache",
      at: new Date().toISOString(),
    };
    this.#rows.set(key, row);
    if (older) await rm(join(this.#folder, older.version), { force: true });
    return row;
  }

  async remove(keys: readonly string[]): Promise<StoredRow[]> {
    const removed = keys.flatMap((key) => this.#rows.get(key) ?? []);
    for (const { name, version } of removed) {
      this.#rows.delete(name);
      await rm(join(this.#folder, version), { force: true });
    }
    return removed;
  }

  #assertAllowed(mimetype: string, declared: string | undefined): void {
    const { allowed_mime_types: allowed, file_size_limit: limit } = this.settings;
    const family = mimetype.replace(/\/.*/, "/*");
    if (allowed?.length && !allowed.includes(mimetype) && !allowed.includes(family))
      throw refusals.mimeType(mimetype);
    if (limit !== null && declared !== undefined && Number(declared) > limit) throw refusals.tooLarge();
  }
}
