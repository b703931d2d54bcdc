import type { Finding } from "../shared/finding.ts";

/** A stored object, opened for reading. */
export interface StoredObject {
  readonly stream: ReadableStream<Uint8Array>;
  readonly bytes: number;
  readonly contentType: string;
}

/** How a browser puts bytes straight into storage. */
export interface SignedUpload {
  readonly method: "PUT";
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** ISO 8601. */
  readonly expires_at: string;
}

/**
 * Another bucket of the same server, into which users put files of their own, past us. It is read and nothing else.
 *
 * Whose a file is says its key, which begins with a user's id and a slash: the bucket's policy has to see to that.
 */
export interface InputBucket {
  readonly name: string;
  /** The key that a URL of this bucket's names, in any form the server has for it; `null` for every other. No network. */
  keyOf(url: string): string | null;
  /** Whether a URL leads to the server where its objects lie, as in `ObjectStore`. */
  hosts(url: string): boolean;
  /** `null` where there is none. */
  open(key: string): Promise<StoredObject | null>;
  /** Rejects when the bucket cannot be read. */
  ready(): Promise<void>;
}

/** What will be put into a store, for a look at its limits. */
export interface StorageNeeds {
  readonly contentTypes: readonly string[];
  /** The largest file. */
  readonly bytesMax: number;
}

/** Where files are kept. Keys are ours: `design.md` 5.3. */
export interface ObjectStore {
  /**
   * Writes one object. It becomes visible only when it is whole; a repeated call replaces it.
   * Readers of an object that is no picture, sound or film (and of every SVG) are to get it as a download.
   * Rejects, and leaves nothing visible, when the stream fails or `signal` aborts.
   */
  put(
    key: string,
    body: ReadableStream<Uint8Array>,
    options: { contentType: string; signal?: AbortSignal },
  ): Promise<void>;
  /** `null` where there is none. */
  open(key: string): Promise<StoredObject | null>;
  /** Removing what is not there is no error. */
  remove(keys: readonly string[]): Promise<void>;
  /** The permanent address of an object, whether it exists or not; carries no signature. */
  urlOf(key: string): string;
  /** The key, where a URL (permanent or signed) is one of ours; else `null`. Never touches the network. */
  keyOf(url: string): string | null;
  /** A URL that anyone may read for a while. Absolute, or a path on the BFF's own host. */
  signedUrl(key: string, options: { expiresInS: number }): Promise<string>;
  signedUpload(
    key: string,
    options: { expiresInS: number; contentType: string; bytesMax: number },
  ): Promise<SignedUpload>;
  /** Rejects when storage cannot be used. */
  ready(): Promise<void>;
  /** What is worth knowing of a place that can be used: limits that are narrower than what will be put there. */
  inspect?(needs: StorageNeeds): Promise<readonly Finding[]>;
  /** A further bucket for reading. Missing where a store has one place alone. @throws Error - it can have no such name. */
  inputBucket?(name: string): InputBucket;
  /**
   * Whether a URL leads to the server where the objects lie, whatever it names there: such a URL is resolved or refused, and
   * never fetched. Missing where nothing but what `keyOf` knows is ours.
   */
  hosts?(url: string): boolean;
  /** Answers `GET|PUT /files/{key}` where the store is served by the BFF itself. */
  serve?(request: Request, key: string): Promise<Response>;
  /** Told once at start: where the BFF is mounted, and the secret that signs its links. */
  configure?(host: { publicUrl: string; basePath: string; secret: string }): void;
  /** Only in `temporaryUrls`: outputs are not kept, and what must lie here for a while goes after so long. */
  readonly temporary?: { readonly lifetimeMs: number };
}
