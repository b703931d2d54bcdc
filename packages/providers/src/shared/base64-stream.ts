import { createBase64Decoder } from "./base64-decoder.ts";
import type { ByteSource } from "./byte-source.ts";
import { createJsonScanner, type JsonPath } from "./json-scanner.ts";
import { createJsonString, type JsonString } from "./json-string.ts";

/** A base64 string found in JSON, decoded while it arrives. */
export interface DecodedString {
  readonly path: JsonPath;
  /** Read it to the end, or cancel it, before asking for the next. */
  readonly stream: ReadableStream<Uint8Array>;
}

/** What to look for, and how to name a failure. */
export interface Base64StreamOptions {
  readonly wanted: (path: JsonPath) => boolean;
  /** How much JSON there may be beside the wanted strings. */
  readonly restBytesMax: number;
  /** The error for JSON that ends early, or is none. */
  readonly garbled: (why: string) => Error;
}

/**
 * Finds base64 strings in a JSON body and yields each as a stream of bytes, in the order in which they stand.
 *
 * Ten pictures of 16 MB in one answer need no more memory than the piece that has just arrived. Returns the rest of
 * the JSON, parsed, with empty strings in place of those that were yielded. Leaving the loop closes the connection.
 */
export async function* readBase64Strings(
  source: ByteSource,
  options: Base64StreamOptions,
): AsyncGenerator<DecodedString, unknown, undefined> {
  const scanner = createJsonScanner(options.wanted, options.restBytesMax);
  try {
    let chunk = await source.next();
    let from = 0;
    while (chunk !== undefined) {
      const found = naming(options.garbled, () => scanner.scan(chunk as Uint8Array, from));
      if (found < 0) {
        chunk = await source.next();
        from = 0;
        continue;
      }
      const text = createJsonString(source, chunk, found, options.garbled);
      yield { path: scanner.path(), stream: decode(text, options.garbled) };
      ({ chunk, from } = await text.skip());
    }
    return naming(options.garbled, () => JSON.parse(scanner.rest()) as unknown);
  } finally {
    await source.cancel();
  }
}

function decode(text: JsonString, garbled: Base64StreamOptions["garbled"]): ReadableStream<Uint8Array> {
  const decoder = createBase64Decoder();
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        for (let piece = await text.next(); piece; piece = await text.next()) {
          const ascii = piece;
          const bytes = naming(garbled, () => decoder.write(ascii));
          if (bytes.length > 0) return controller.enqueue(bytes);
        }
        naming(garbled, () => decoder.end());
        controller.close();
      },
    },
    { highWaterMark: 0 },
  );
}

/** Turns a syntax error into the caller's own; its text never quotes the body. */
function naming<T>(garbled: Base64StreamOptions["garbled"], step: () => T): T {
  try {
    return step();
  } catch (error) {
    throw error instanceof SyntaxError ? garbled("the answer is garbled") : error;
  }
}
