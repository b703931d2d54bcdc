import type { ByteSource } from "./byte-source.ts";

/** The inside of one JSON string, read straight from the body. */
export interface JsonString {
  /** The next piece of its text, escapes undone; nothing at its closing quote. */
  next(): Promise<Uint8Array | undefined>;
  /** Goes to the closing quote; what was not read is lost. Returns the piece of the body and the place behind it. */
  skip(): Promise<{ chunk: Uint8Array; from: number }>;
}

const [quote, backslash] = [0x22, 0x5c];
const escapes: Record<string, string> = { b: "\b", f: "\f", n: "\n", r: "\r", t: "\t" };

/**
 * Reads a string that begins at `from` of `first`. Made for texts of megabytes: a piece is a view of what arrived.
 * Escapes are rare in base64, yet some servers write `\/` and `\u002b`.
 */
export function createJsonString(
  source: ByteSource,
  first: Uint8Array,
  from: number,
  garbled: (why: string) => Error,
): JsonString {
  let chunk = first;
  let at = from;
  let state: "open" | "closed" | "skipped" = "open";
  let failure: unknown;
  let last: Promise<unknown> = Promise.resolve();

  const fill = async () => {
    while (at >= chunk.length) {
      const more = await source.next();
      if (more === undefined) throw garbled("the answer ended within a picture");
      [chunk, at] = [more, 0];
    }
  };
  const letter = async () => {
    await fill();
    return String.fromCharCode(chunk[at++] as number);
  };
  const readEscape = async () => {
    at++;
    const kind = await letter();
    if (kind !== "u") return new TextEncoder().encode(escapes[kind] ?? kind);
    const digits = `${await letter()}${await letter()}${await letter()}${await letter()}`;
    if (!/^[0-9a-f]{4}$/i.test(digits)) throw garbled("the answer is garbled");
    return new TextEncoder().encode(String.fromCharCode(Number.parseInt(digits, 16)));
  };
  const readPiece = async () => {
    if (state === "closed") return undefined;
    await fill();
    if (chunk[at] === backslash) return readEscape();
    const end = chunk.indexOf(quote, at);
    const stop = end < 0 ? chunk.length : end;
    const slash = chunk.subarray(at, stop).indexOf(backslash);
    const piece = chunk.subarray(at, slash < 0 ? stop : at + slash);
    at += piece.length;
    if (slash < 0 && end >= 0) {
      at = end + 1;
      state = "closed";
      return piece.length > 0 ? piece : undefined;
    }
    return piece;
  };
  /** One read at a time, also when a careless consumer asks for the next picture while it still reads this one. */
  const inTurn = <T>(step: () => Promise<T>): Promise<T> => {
    const turn = last.then(async () => {
      if (failure !== undefined) throw failure;
      try {
        return await step();
      } catch (error) {
        failure = error;
        throw error;
      }
    });
    last = turn.catch(() => undefined);
    return turn;
  };

  return {
    next: () =>
      inTurn(async () => {
        // Ending here as if it were complete would pass half a picture off as a whole one.
        if (state === "skipped") throw new Error("This output was left unread when the next was asked for.");
        return readPiece();
      }),
    skip: () =>
      inTurn(async () => {
        const unread = state === "open";
        while (state === "open") await readPiece();
        if (unread) state = "skipped";
        return { chunk, from: at };
      }),
  };
}
