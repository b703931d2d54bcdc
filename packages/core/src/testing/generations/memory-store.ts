import type { ObjectStore } from "../../storage/port.ts";

/** Storage that is a map. */
export interface MemoryStore extends ObjectStore {
  readonly objects: ReadonlyMap<
    string,
    { readonly bytes: Uint8Array<ArrayBuffer>; readonly contentType: string }
  >;
}

const base = "memory://";

/** Keeps objects in memory, visible only when they are whole, as the port asks. */
export function memoryStore(): MemoryStore {
  const objects = new Map<string, { bytes: Uint8Array<ArrayBuffer>; contentType: string }>();
  return {
    objects,
    async put(key, body, { contentType, signal }) {
      const bytes = new Uint8Array(
        await new Response(body as ReadableStream<Uint8Array<ArrayBuffer>>).arrayBuffer(),
      );
      signal?.throwIfAborted();
      objects.set(key, { bytes, contentType });
    },
    async open(key) {
      const found = objects.get(key);
      if (found === undefined) return null;
      const stream = new Blob([found.bytes]).stream() as ReadableStream<Uint8Array>;
      return { stream, bytes: found.bytes.byteLength, contentType: found.contentType };
    },
    async remove(keys) {
      for (const key of keys) objects.delete(key);
    },
    urlOf: (key) => base + key,
    keyOf: (url) => (url.startsWith(base) ? url.slice(base.length) : null),
    signedUrl: async (key) => `${base}${key}?signed`,
    signedUpload: async (key) => ({
      method: "PUT",
      url: base + key,
      headers: {},
      expires_at: new Date(0).toISOString(),
    }),
    async ready() {},
  };
}
