/** Encodes bytes that arrive in pieces of any length. */
export interface Base64Encoder {
  /** The letters of all whole groups so far, as ASCII. */
  write(bytes: Uint8Array): Uint8Array;
  /** The letters of what is left, padded. */
  end(): Uint8Array;
}

const letters = new TextEncoder().encode("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/");
const padding = 0x3d;

/** How long so many bytes are in base64. */
export function base64Length(bytes: number): number {
  return Math.ceil(bytes / 3) * 4;
}

/** Makes one: the platform's own encoders want the whole file in memory. */
export function createBase64Encoder(): Base64Encoder {
  let bits = 0;
  let count = 0;
  return {
    write(bytes) {
      const ascii = new Uint8Array(Math.floor((count + bytes.length) / 3) * 4);
      let at = 0;
      for (let index = 0; index < bytes.length; index++) {
        bits = (bits << 8) | (bytes[index] as number);
        if (++count < 3) continue;
        ascii[at] = letters[bits >> 18] as number;
        ascii[at + 1] = letters[(bits >> 12) & 63] as number;
        ascii[at + 2] = letters[(bits >> 6) & 63] as number;
        ascii[at + 3] = letters[bits & 63] as number;
        at += 4;
        bits = 0;
        count = 0;
      }
      return ascii;
    },
    end() {
      if (count === 0) return new Uint8Array();
      const group = bits << (8 * (3 - count));
      const third = count === 2 ? (letters[(group >> 6) & 63] as number) : padding;
      return Uint8Array.of(
        letters[group >> 18] as number,
        letters[(group >> 12) & 63] as number,
        third,
        padding,
      );
    },
  };
}
