import { Readable } from "node:stream";
import {
  DeleteObjectsCommand,
  GetObjectCommand,
  type GetObjectCommandOutput,
  HeadBucketCommand,
  PutObjectCommand,
  S3Client,
  type S3ClientConfig,
} from "@aws-sdk/client-s3";
import { Upload } from "@aws-sdk/lib-storage";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { isAppError } from "../errors/app-error.ts";
import { isClientKey } from "../storage/client-key.ts";
import { guardedBody } from "../storage/guarded-body.ts";
import { isKey, isShown } from "../storage/key.ts";
import type { InputBucket, ObjectStore, SignedUpload, StoredObject } from "../storage/port.ts";
import { type S3Addresses, s3Addresses } from "./addresses.ts";
import { describeBucket, isMissingObject, s3Failure } from "./failure.ts";

/** Which bucket, and how it is reached. */
export interface S3Options {
  readonly bucket: string;
  /** `auto` for Cloudflare R2. */
  readonly region: string;
  /** Of another server than Amazon's, as `https://<account>.r2.cloudflarestorage.com`. */
  readonly endpoint?: string;
  /** Whether the bucket is named in the path, not in the host: MinIO and most servers of one's own. Default `false`. */
  readonly forcePathStyle?: boolean;
  /** Default: where the SDK finds them, as in the environment or from the machine's role. */
  readonly credentials?: S3ClientConfig["credentials"];
  /** What permanent addresses begin with, where the bucket has a host of its own: `https://assets.example.com`. */
  readonly publicUrl?: string;
  /** The time, in ms since 1970, from which on links work. Default: the system's. */
  readonly now?: () => number;
  /** Whatever else `new S3Client` takes. */
  readonly client?: Omit<S3ClientConfig, "region" | "endpoint" | "forcePathStyle" | "credentials">;
}

/** `DeleteObjects` takes 1,000 keys (https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html). */
const removedAtOnce = 1000;

/** The least that S3 takes; one part is in memory at a time, and 10,000 of them are 50 GB. */
const partBytes = 5 * 1024 * 1024;

/**
 * Keeps files in a bucket of Amazon S3, or of a server that speaks its protocol.
 *
 * A file goes through as a stream, in parts of 5 MB: one that breaks off or is aborted never becomes visible, and its parts are
 * given back. What a killed process leaves of them is invisible and paid for: give the bucket a rule that aborts incomplete
 * multipart uploads after a day.
 *
 * Objects that browsers must not show are stored as downloads, and signed uploads are held to their content type; their size is
 * looked at when they are used. Links work for seven days at most, which is the protocol's limit.
 *
 * Calls reject with an `Error` for operators where the bucket, the region or the credentials are wrong.
 *
 * @example
 * const storage = s3({ bucket: "assets", region: "eu-central-1" });
 */
export function s3(options: S3Options): ObjectStore {
  return new S3Objects(options);
}

class S3Objects implements ObjectStore {
  readonly #options: S3Options;
  readonly #client: S3Client;
  readonly #bucket: string;
  readonly #addresses: S3Addresses;
  readonly #now: () => number;

  constructor(options: S3Options) {
    this.#options = options;
    const { bucket, region, endpoint, forcePathStyle = false, credentials, publicUrl } = options;
    if (bucket.includes(".") && !forcePathStyle)
      throw new Error("A bucket with a dot in its name has no certificate as a host: set forcePathStyle");
    this.#bucket = bucket;
    this.#now = options.now ?? Date.now;
    this.#addresses = s3Addresses({ bucket, region, endpoint, forcePathStyle, publicUrl });
    this.#client = new S3Client({
      requestHandler: { connectionTimeout: 10_000, socketTimeout: 60_000 },
      // Else a signed upload holds the browser to the checksum of an empty body, and older servers refuse trailers.
      requestChecksumCalculation: "WHEN_REQUIRED",
      responseChecksumValidation: "WHEN_REQUIRED",
      ...options.client,
      region,
      forcePathStyle,
      ...(endpoint === undefined ? {} : { endpoint }),
      ...(credentials === undefined ? {} : { credentials }),
    });
  }

  async put(
    key: string,
    body: ReadableStream<Uint8Array>,
    { contentType, signal }: { contentType: string; signal?: AbortSignal },
  ): Promise<void> {
    const guarded = guardedBody(body, signal);
    try {
      assertKey(key);
      signal?.throwIfAborted();
      const upload = new Upload({
        client: this.#client,
        params: {
          Bucket: this.#bucket,
          Key: key,
          Body: guarded.stream,
          ContentType: contentType,
          ...(isShown(contentType) ? {} : { ContentDisposition: "attachment" }),
        },
        partSize: partBytes,
        queueSize: 1,
      });
      // Its own abort() would let us go before the parts are given back; a stream that fails does not.
      await upload.done();
    } catch (error) {
      await guarded.stop(error);
      signal?.throwIfAborted();
      throw s3Failure("store a file", this.#bucket, error);
    }
  }

  async open(key: string): Promise<StoredObject | null> {
    return isKey(key) ? await this.#open(key) : null;
  }

  async #open(key: string): Promise<StoredObject | null> {
    try {
      const found = await this.#client.send(new GetObjectCommand({ Bucket: this.#bucket, Key: key }));
      return {
        stream: toWeb(found.Body),
        bytes: found.ContentLength ?? 0,
        contentType: found.ContentType ?? "application/octet-stream",
      };
    } catch (error) {
      if (isMissingObject(error)) return null;
      throw s3Failure("open a file", this.#bucket, error);
    }
  }

  async remove(keys: readonly string[]): Promise<void> {
    const removable = keys.filter(isKey);
    for (let at = 0; at < removable.length; at += removedAtOnce) {
      const Objects = removable.slice(at, at + removedAtOnce).map((Key) => ({ Key }));
      const { Errors = [] } = await this.#send("remove files", () =>
        this.#client.send(
          new DeleteObjectsCommand({ Bucket: this.#bucket, Delete: { Objects, Quiet: true } }),
        ),
      );
      const [first] = Errors;
      if (first)
        throw new Error(`S3 did not remove ${Errors.length} of ${Objects.length} files (${first.Code})`);
    }
  }

  urlOf(key: string): string {
    return this.#addresses.urlOf(key);
  }

  keyOf(url: string): string | null {
    return this.#addresses.keyOf(url);
  }

  /** Made here, without a call. */
  async signedUrl(key: string, { expiresInS }: { expiresInS: number }): Promise<string> {
    assertKey(key);
    const command = new GetObjectCommand({ Bucket: this.#bucket, Key: key });
    const signingDate = new Date(this.#now());
    return await this.#send("sign a link", () =>
      getSignedUrl(this.#client, command, { expiresIn: expiresInS, signingDate }),
    );
  }

  async signedUpload(
    key: string,
    { expiresInS, contentType }: { expiresInS: number; contentType: string },
  ): Promise<SignedUpload> {
    assertKey(key);
    const signingDate = new Date(this.#now());
    const command = new PutObjectCommand({ Bucket: this.#bucket, Key: key, ContentType: contentType });
    const url = await this.#send("sign an upload", () =>
      getSignedUrl(this.#client, command, {
        expiresIn: expiresInS,
        signingDate,
        // Not among what the SDK signs by itself.
        signableHeaders: new Set(["content-type"]),
      }),
    );
    return {
      method: "PUT",
      url,
      headers: { "content-type": contentType },
      expires_at: new Date(signingDate.getTime() + expiresInS * 1000).toISOString(),
    };
  }

  async ready(): Promise<void> {
    try {
      await this.#send(describeBucket, () =>
        this.#client.send(new HeadBucketCommand({ Bucket: this.#bucket })),
      );
    } catch (error) {
      // For operators alone: they are to read what happened, not that it is unavailable.
      throw isAppError(error, "unavailable") ? error.cause : error;
    }
  }

  hosts(url: string): boolean {
    return this.#addresses.hosts(url);
  }

  /** At the same server, with the same credentials; it has no host of its own. */
  inputBucket(name: string): InputBucket {
    const { publicUrl: _own, ...options } = this.#options;
    const bucket = new S3Objects({ ...options, bucket: name });
    const { clientKeyOf, hosts } = bucket.#addresses;
    return {
      name,
      keyOf: clientKeyOf,
      hosts,
      open: async (key) => (isClientKey(key) ? await bucket.#open(key) : null),
      ready: () => bucket.ready(),
    };
  }

  /** The SDK repeats by itself what may be repeated: three tries in all, unless `client.maxAttempts` says otherwise. */
  async #send<T>(what: string, call: () => Promise<T>): Promise<T> {
    try {
      return await call();
    } catch (error) {
      throw s3Failure(what, this.#bucket, error);
    }
  }
}

/** Not `transformToWebStream`: it reads thousands of chunks ahead of whoever reads it. */
function toWeb(body: GetObjectCommandOutput["Body"]): ReadableStream<Uint8Array> {
  if (!(body instanceof Readable)) throw new Error("The SDK runs on Node, and gives streams of Node");
  return Readable.toWeb(body, { strategy: { highWaterMark: 1 } }) as ReadableStream<Uint8Array>;
}

/** Ours need no escape, in a path or in a signature. */
function assertKey(key: string): void {
  if (!isKey(key)) throw new Error("not a key");
}
