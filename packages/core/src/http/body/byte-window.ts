/** Bytes that have arrived and are not used up yet, with what is still to come behind them. */
export interface ByteWindow {
  /** What has arrived. */
  readonly bytes: Uint8Array;
  /** Waits for more; false at the end. */
  more(): Promise<boolean>;
  /** Uses up the first `count` bytes, and hands them over. */
  take(count: number): Uint8Array;
}

/** Makes a window on a source of chunks. Keeps only what was not taken. */
export function createByteWindow(chunks: AsyncIterator<Uint8Array>): ByteWindow {
  let bytes: Uint8Array = new Uint8Array(0);
  return {
    get bytes() {
      return bytes;
    },
    async more() {
      const { done, value } = await chunks.next();
      if (done) return false;
      const joined = new Uint8Array(bytes.byteLength + value.byteLength);
      joined.set(bytes);
      joined.set(value, bytes.byteLength);
      bytes = joined;
      return true;
    },
    take(count) {
      const taken = bytes.subarray(0, count);
      bytes = bytes.subarray(count);
      return taken;
    },
  };
}

/** Where `needle` begins in `bytes`, or -1. */
export function indexOfBytes(bytes: Uint8Array, needle: Uint8Array): number {
  const first = needle[0] ?? 0;
  for (let at = bytes.indexOf(first); at !== -1; at = bytes.indexOf(first, at + 1)) {
    if (at + needle.byteLength > bytes.byteLength) return -1;
    if (needle.every((byte, offset) => bytes[at + offset] === byte)) return at;
  }
  return -1;
}
