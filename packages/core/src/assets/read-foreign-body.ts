import { pipeline } from "node:stream";
import { createBrotliDecompress, createGunzip, createInflate } from "node:zlib";
import { FetchFailed } from "./fetch-failed.ts";

/** What a body may be at most. */
export interface BodyLimits {
  /** After decoding. */
  readonly bytesMax: number;
  /** The `Content-Encoding` header. */
  readonly encoding: string;
  /** The `Content-Length` header, where there is one. */
  readonly declaredBytes: number | undefined;
}

const decoders: Readonly<Record<string, () => NodeJS.ReadWriteStream>> = {
  gzip: createGunzip,
  "x-gzip": createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
};

/** Decoded bytes per received byte; small bodies are free, since headers and plain pages compress well. */
const expansionMax = 100;
const expansionFreeBytes = 1_000_000;

/**
 * Reads a body that a stranger sent: decoded at most once, counted, and given up as soon as it is too much.
 *
 * @throws FetchFailed `too_large`, `encoding` at once; `too_large`, `expansion` while reading.
 */
export function readForeignBody(
  body: AsyncIterable<Uint8Array>,
  limits: BodyLimits,
): AsyncGenerator<Uint8Array> {
  const { bytesMax, declaredBytes } = limits;
  const encoding = limits.encoding.trim().toLowerCase();
  if (encoding === "" || encoding === "identity") {
    if ((declaredBytes ?? 0) > bytesMax) throw new FetchFailed("too_large");
    return counted(body, bytesMax, () => Number.POSITIVE_INFINITY);
  }
  // More than one encoding in a row, a comma among them, is not in the table either.
  const decoder = Object.hasOwn(decoders, encoding) ? decoders[encoding]?.() : undefined;
  if (!decoder) throw new FetchFailed("encoding");
  let received = 0;
  async function* count(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const chunk of source) {
      received += chunk.length;
      yield chunk;
    }
  }
  // What goes wrong destroys the decoder with the same error, where the reader meets it.
  const decoded = pipeline(body, count, decoder, () => undefined);
  return counted(decoded, bytesMax, () => expansionFreeBytes + received * expansionMax);
}

async function* counted(
  source: AsyncIterable<unknown>,
  bytesMax: number,
  expandedMax: () => number,
): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  for await (const chunk of source as AsyncIterable<Uint8Array>) {
    bytes += chunk.length;
    if (bytes > bytesMax) throw new FetchFailed("too_large");
    if (bytes > expandedMax()) throw new FetchFailed("expansion");
    yield chunk;
  }
}
