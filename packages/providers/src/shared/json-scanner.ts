/** Where a value stands: keys and indexes from the root. */
export type JsonPath = readonly (string | number)[];

/** Walks through JSON that arrives in pieces, and stops at the strings that are wanted. */
export interface JsonScanner {
  /**
   * Reads on from `from`. Stops behind the opening quote of a wanted string and returns that place, or -1 at the
   * end of the piece. The caller then reads the string itself and goes on behind its closing quote.
   *
   * @throws SyntaxError - too deep, or more beside the wanted strings than allowed.
   */
  scan(chunk: Uint8Array, from: number): number;
  /** Where the string is at which `scan` stopped. */
  path(): JsonPath;
  /** All the rest of the JSON, with empty strings in place of the wanted ones. */
  rest(): string;
}

interface Frame {
  readonly array: boolean;
  /** Of the value that is being read. */
  at: string | number;
  /** In an object: whether the next string is a key. */
  key: boolean;
}

const depthMax = 32;
const [quote, backslash, comma, colon] = [0x22, 0x5c, 0x2c, 0x3a];
const [openObject, closeObject, openArray, closeArray] = [0x7b, 0x7d, 0x5b, 0x5d];
const decoder = new TextDecoder();

/** Makes a scanner. It trusts the shape while it walks; parse `rest()` at the end to know that all was JSON. */
export function createJsonScanner(wanted: (path: JsonPath) => boolean, restBytesMax: number): JsonScanner {
  const frames: Frame[] = [];
  let rest = new Uint8Array(1024);
  let restBytes = 0;
  let inString = false;
  let escaped = false;
  let keyStart = -1;

  const keep = (byte: number) => {
    if (restBytes === rest.length) {
      if (restBytes >= restBytesMax) throw new SyntaxError("too much JSON");
      const larger = new Uint8Array(Math.min(restBytesMax, rest.length * 2));
      larger.set(rest);
      rest = larger;
    }
    rest[restBytes++] = byte;
  };
  const path = () => frames.map((frame) => frame.at);

  /** One byte within a string that nobody wants, or within a key. */
  const stepInString = (byte: number) => {
    if (escaped) escaped = false;
    else if (byte === backslash) escaped = true;
    else if (byte === quote) {
      inString = false;
      const top = frames.at(-1);
      if (keyStart >= 0 && top)
        top.at = String(JSON.parse(decoder.decode(rest.subarray(keyStart, restBytes))));
      keyStart = -1;
    }
  };
  const open = (array: boolean) => {
    if (frames.length === depthMax) throw new SyntaxError("JSON is too deep");
    frames.push({ array, at: array ? 0 : "", key: !array });
  };
  const stepBetween = (byte: number) => {
    const top = frames.at(-1);
    if (byte === openObject || byte === openArray) open(byte === openArray);
    else if (byte === closeObject || byte === closeArray) frames.pop();
    else if (byte === colon && top) top.key = false;
    else if (byte === comma && top?.array) top.at = Number(top.at) + 1;
    else if (byte === comma && top) top.key = true;
  };

  return {
    path,
    rest: () => decoder.decode(rest.subarray(0, restBytes)),
    scan(chunk, from) {
      for (let index = from; index < chunk.length; index++) {
        const byte = chunk[index] as number;
        keep(byte);
        if (inString) stepInString(byte);
        else if (byte !== quote) stepBetween(byte);
        else if (frames.at(-1)?.key) [inString, keyStart] = [true, restBytes - 1];
        else if (wanted(path())) {
          keep(quote);
          return index + 1;
        } else inString = true;
      }
      return -1;
    },
  };
}
