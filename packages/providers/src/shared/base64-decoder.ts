/** Decodes base64 that arrives in pieces of any length. */
export interface Base64Decoder {
  /**
   * Decodes one piece of ASCII.
   *
   * @throws SyntaxError - a character that base64 does not have, or one behind the padding.
   */
  write(ascii: Uint8Array): Uint8Array;
  /** @throws SyntaxError - the text ended within a byte. */
  end(): void;
}

const white = -2;
const padding = -3;
const sextets = new Int8Array(256).fill(-1);
for (const [value, letter] of [
  ..."ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/",
].entries()) {
  sextets[letter.charCodeAt(0)] = value;
}
for (const space of " \t\r\n") sextets[space.charCodeAt(0)] = white;
sextets["=".charCodeAt(0)] = padding;

/**
 * Makes a decoder that is strict: a picture with a hole in it is no picture, and the platform's own decoders skip
 * what they do not know. Line breaks are allowed; padding is not optional, as it
 * tells a whole text from one that was cut.
 */
export function createBase64Decoder(): Base64Decoder {
  let bits = 0;
  let count = 0;
  let padded = 0;
  return {
    write(ascii) {
      const bytes = new Uint8Array(Math.ceil((count + ascii.length) / 4) * 3);
      let at = 0;
      let index = 0;
      for (; index < ascii.length; index++) {
        if (count === 0 && padded === 0) [index, at] = decodeGroups(ascii, index, bytes, at);
        if (index >= ascii.length) break;
        const sextet = sextets[ascii[index] as number] as number;
        if (sextet >= 0 && padded === 0) {
          bits = (bits << 6) | sextet;
          if (++count < 4) continue;
          bytes[at++] = bits >> 16;
          bytes[at++] = bits >> 8;
          bytes[at++] = bits;
          bits = 0;
          count = 0;
        } else if (sextet === padding && count + padded >= 2 && count + padded < 4) {
          padded++;
          if (padded > 1) continue;
          bits <<= 6 * (4 - count);
          bytes[at++] = bits >> 16;
          if (count === 3) bytes[at++] = bits >> 8;
        } else if (sextet !== white) {
          throw new SyntaxError("not base64");
        }
      }
      return bytes.subarray(0, at);
    },
    end() {
      const left = padded > 0 ? count + padded !== 4 : count !== 0;
      if (left) throw new SyntaxError("base64 ended within a byte");
    },
  };
}

/** The fast way: whole groups of four letters, until there is something else. Returns how far it came. */
function decodeGroups(ascii: Uint8Array, from: number, bytes: Uint8Array, to: number): [number, number] {
  let index = from;
  let at = to;
  for (; index + 4 <= ascii.length; index += 4) {
    const a = sextets[ascii[index] as number] as number;
    const b = sextets[ascii[index + 1] as number] as number;
    const c = sextets[ascii[index + 2] as number] as number;
    const d = sextets[ascii[index + 3] as number] as number;
    if ((a | b | c | d) < 0) break;
    bytes[at] = (a << 2) | (b >> 4);
    bytes[at + 1] = (b << 4) | (c >> 2);
    bytes[at + 2] = (c << 6) | d;
    at += 3;
  }
  return [index, at];
}
