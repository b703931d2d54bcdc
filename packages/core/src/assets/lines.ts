/** Reads a text line by line as it arrives; of a long line only its beginning. */
export interface LineReader {
  push(part: Uint8Array): void;
  /** The last line, if it did not end. */
  end(): void;
}

const lineFeed = 0x0a;

/** @param onLine - Told each line's first `lengthMax` bytes as Latin-1, without its end. */
export function createLineReader(lengthMax: number, onLine: (line: string) => void): LineReader {
  let line = "";
  const tell = () => {
    onLine(line.replace(/\r$/, ""));
    line = "";
  };
  return {
    push(part) {
      for (let at = 0; at < part.length; ) {
        const found = part.indexOf(lineFeed, at);
        const end = found < 0 ? part.length : found;
        const room = lengthMax - line.length;
        if (room > 0) line += String.fromCharCode(...part.subarray(at, Math.min(end, at + room)));
        if (found < 0) return;
        tell();
        at = found + 1;
      }
    },
    end: tell,
  };
}
