/** Width and height in pixels; null for models. */
export interface Dimensions {
  readonly width: number | null;
  readonly height: number | null;
  /** How many bytes of a picture are none of its pixels: texts, profiles, thumbnails. They explain no expansion. */
  readonly besideBytes?: number;
}

/**
 * What a walk asks for next. `seek` skips up to and including the next byte of that value; `rest` shows everything up to
 * the end of the file, for formats that have no end of their own.
 */
export type Step =
  | { readonly take: number }
  | { readonly skip: number; readonly over?: (part: Uint8Array) => void }
  | { readonly seek: number }
  | { readonly rest: (part: Uint8Array) => void };

/**
 * A container's reader, written as if the whole file were there: it asks for bytes and gets them, whatever
 * pieces they arrive in. Memory is what it takes at once. Throws `MediaRejected`; returns at the container's end.
 */
export type Walk = Generator<Step, Dimensions, Uint8Array>;

/** A part of a walk that returns something of its own. */
export type Reading<Result> = Generator<Step, Result, Uint8Array>;

/** Reads exactly `bytes` bytes. The caller has checked that the number is small. */
export function* take(bytes: number): Reading<Uint8Array> {
  return yield { take: bytes };
}

/** Passes over `bytes` bytes, showing each part to `over`. */
export function* skip(bytes: number, over?: (part: Uint8Array) => void): Reading<void> {
  yield over ? { skip: bytes, over } : { skip: bytes };
}

/** Shows everything that is left to `over`, and goes on when the file has ended. */
export function* rest(over: (part: Uint8Array) => void): Reading<void> {
  yield { rest: over };
}

/** A view for reading numbers out of taken bytes. */
export function numbers(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Four bytes as the letters that containers name their chunks by. */
export function fourLetters(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes.subarray(0, 4));
}
