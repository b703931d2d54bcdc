import type { SupabaseClient } from "@supabase/supabase-js";
import { decodeJwt } from "jose";
import { AppError } from "../errors/app-error.ts";
import type { Finding } from "../shared/finding.ts";
import { isClientKey } from "../storage/client-key.ts";
import { guardedBody } from "../storage/guarded-body.ts";
import { isKey } from "../storage/key.ts";
import type { InputBucket, ObjectStore, SignedUpload, StorageNeeds, StoredObject } from "../storage/port.ts";
import { type CallSettings, callStorage } from "./storage-call.ts";
import { settledFailure, storageFailure } from "./storage-failure.ts";
import { allowsType, type BucketLimits, limitFindings } from "./storage-limits.ts";
import { downloads, type StorageLinks, storageLinks } from "./storage-links.ts";
import { putStream } from "./storage-put.ts";
import { describeBucket, openObject } from "./storage-read.ts";
import { linkSigner } from "./storage-signer.ts";

/** What is used of the client that `createClient` of `@supabase/supabase-js` makes. */
export interface SupabaseStorageClient {
  readonly storage: SupabaseClient["storage"];
}

/** Which bucket, and how it is used. */
export interface SupabaseStorageOptions {
  /** Its id. It must be there: `bff migrate --emit` writes it, or the dashboard makes it. */
  readonly bucket: string;
  /** Whether the bucket is a public one: then links are permanent and anyone who has one may read. Default `false`. */
  readonly public?: boolean;
  /** For each answer, and for a server that takes no more bytes of a file. Default 30 s. */
  readonly callTimeoutMs?: number;
}

/** The storage server removes 1,000 paths a call at most (`src/storage/limits.ts`). */
const removedAtOnce = 500;

/**
 * Keeps files in a bucket of Supabase Storage.
 *
 * Give it the client of `supabase`, with the secret (service_role) key. A file goes through as a stream: none is held in
 * memory, and one that breaks off or is aborted never becomes visible.
 *
 * Supabase fixes three things. A signed upload works for two hours, whatever was asked (`expires_at` says it), and is held to the
 * limits of the bucket alone: its size and kind are looked at when it is used. And a link says itself whether it is a download,
 * so whoever cuts that off sees an SVG as a page of the project's storage host, which has no session of your app.
 *
 * Calls reject with an `Error` for operators where the key is refused, the bucket is missing or its limits are too narrow.
 *
 * @example
 * const storage = supabaseStorage(client, { bucket: "generated_assets" });
 */
export function supabaseStorage(client: SupabaseStorageClient, options: SupabaseStorageOptions): ObjectStore {
  return new SupabaseObjects(client.storage, options);
}

class SupabaseObjects implements ObjectStore {
  readonly #storage: SupabaseClient["storage"];
  readonly #settings: CallSettings;
  readonly #isPublic: boolean;
  readonly #links: StorageLinks;
  readonly #sign: ReturnType<typeof linkSigner>;
  /** As `ready` saw it last. */
  #limits: BucketLimits = {};

  constructor(storage: SupabaseClient["storage"], options: SupabaseStorageOptions) {
    this.#storage = storage;
    this.#settings = { bucket: options.bucket, timeoutMs: options.callTimeoutMs ?? 30_000 };
    this.#isPublic = options.public ?? false;
    const { publicUrl } = this.#files().getPublicUrl("key").data;
    this.#links = storageLinks(publicUrl, options.bucket, this.#isPublic);
    this.#sign = linkSigner((keys, expiresInS) => this.#signAll(keys, expiresInS));
  }

  /** Two calls; the second is not repeated, since a stream can be read once. */
  async put(
    key: string,
    body: ReadableStream<Uint8Array>,
    { contentType, signal }: { contentType: string; signal?: AbortSignal },
  ): Promise<void> {
    const { bucket, timeoutMs } = this.#settings;
    const guarded = guardedBody(body, signal);
    try {
      assertKey(key);
      signal?.throwIfAborted();
      const { signedUrl } = await this.#signUpload(key);
      signal?.throwIfAborted();
      // The body's end is what makes the object visible; until then the server has a version that nobody reads
      // (`src/storage/uploader.ts`), and it drops that version when the connection is closed before.
      const failure = await putStream(signedUrl, guarded.stream, { contentType, timeoutMs, signal });
      if (failure) throw settledFailure(storageFailure("store a file", bucket, failure));
    } catch (error) {
      await guarded.stop(error);
      signal?.throwIfAborted();
      throw error;
    }
  }

  async open(key: string): Promise<StoredObject | null> {
    return isKey(key) ? await openObject(this.#storage, this.#settings, key) : null;
  }

  async remove(keys: readonly string[]): Promise<void> {
    const removable = keys.filter(isKey);
    for (let at = 0; at < removable.length; at += removedAtOnce) {
      const paths = removable.slice(at, at + removedAtOnce);
      await this.#call("remove files", () => this.#files().remove(paths));
    }
  }

  urlOf(key: string): string {
    return this.#links.urlOf(key);
  }

  keyOf(url: string): string | null {
    return this.#links.keyOf(url);
  }

  /** Of what is not there: the permanent address, which shows that. One missing file must not hide a whole page of others. */
  async signedUrl(key: string, { expiresInS }: { expiresInS: number }): Promise<string> {
    assertKey(key);
    if (this.#isPublic) return this.#links.publicLink(key);
    const url = await this.#sign(key, expiresInS);
    if (url === null) return this.#links.urlOf(key);
    return downloads(key) ? `${url}&download=` : url;
  }

  /**
   * @throws AppError `payload_too_large`, `unsupported_media_type` - the bucket would refuse it.
   */
  async signedUpload(
    key: string,
    { contentType, bytesMax }: { contentType: string; bytesMax: number },
  ): Promise<SignedUpload> {
    assertKey(key);
    this.#assertWithinLimits(contentType, bytesMax);
    const { signedUrl, token } = await this.#signUpload(key);
    const { exp } = decodeJwt(token);
    if (exp === undefined) throw new Error("Supabase Storage signed an upload without an end");
    return {
      method: "PUT",
      url: signedUrl,
      headers: { "content-type": contentType },
      expires_at: new Date(exp * 1000).toISOString(),
    };
  }

  /** Looks at the bucket: whether it is there for our key, and as public as it was said to be. */
  async ready(): Promise<void> {
    const { bucket } = this.#settings;
    const found = await describeBucket(this.#storage, this.#settings);
    if (found === null) return;
    if (found.public !== this.#isPublic) {
      const [is, said] = found.public ? ["public", "private"] : ["private", "public"];
      throw new Error(
        `The bucket "${bucket}" is ${is}, and supabaseStorage was told that it is ${said}: change the bucket, or pass public: ${found.public}`,
      );
    }
    this.#limits = {
      bytesMax: found.file_size_limit ?? null,
      contentTypes: found.allowed_mime_types ?? null,
    };
  }

  async inspect(needs: StorageNeeds): Promise<readonly Finding[]> {
    return limitFindings(this.#settings.bucket, this.#limits, needs);
  }

  hosts(url: string): boolean {
    return this.#links.hosts(url);
  }

  inputBucket(name: string): InputBucket {
    const settings = { ...this.#settings, bucket: name };
    const { publicUrl } = this.#storage.from(name).getPublicUrl("key").data;
    const { clientKeyOf, hosts } = storageLinks(publicUrl, name, false);
    return {
      name,
      keyOf: clientKeyOf,
      hosts,
      open: async (key) => (isClientKey(key) ? await openObject(this.#storage, settings, key) : null),
      ready: async () => void (await describeBucket(this.#storage, settings)),
    };
  }

  #files() {
    return this.#storage.from(this.#settings.bucket);
  }

  #call<T>(
    what: string,
    attempt: Parameters<typeof callStorage<T>>[2],
    expected?: (error: object) => boolean,
  ) {
    return callStorage(what, this.#settings, attempt, expected);
  }

  /** As with every store, a later write replaces an earlier one, and a `PUT` whose answer was lost may be sent again. */
  async #signUpload(key: string): Promise<{ signedUrl: string; token: string }> {
    const signed = await this.#call("sign an upload", () =>
      this.#files().createSignedUploadUrl(key, { upsert: true }),
    );
    if (signed === null) throw new Error("Supabase Storage signed no upload");
    return signed;
  }

  async #signAll(keys: readonly string[], expiresInS: number): Promise<(string | null)[]> {
    const signed = await this.#call("sign links", () =>
      this.#files().createSignedUrls([...keys], expiresInS),
    );
    const urls = new Map(signed?.map(({ path, signedUrl }) => [path, signedUrl]));
    return keys.map((key) => urls.get(key) ?? null);
  }

  #assertWithinLimits(contentType: string, bytesMax: number): void {
    const limits = this.#limits;
    if (typeof limits.bytesMax === "number" && bytesMax > limits.bytesMax)
      throw new AppError("payload_too_large", { details: { bytes_max: limits.bytesMax } });
    if (!allowsType(limits, contentType))
      throw new AppError("unsupported_media_type", {
        details: { expected: [...(limits.contentTypes ?? [])] },
      });
  }
}

/** The server refuses every key with other letters than ASCII; ours have none, nor anything else to escape. */
function assertKey(key: string): void {
  if (!isKey(key)) throw new Error("not a key");
}
