import type { ByteSource } from "./byte-source.ts";

/** One event of a stream. */
export interface ServerSentEvent {
  /** What its `event:` line said; nothing where none stood before its data. */
  readonly name: string | undefined;
  /** Its data, without the names of its lines. Ends with the event, or where the connection did. */
  readonly data: ByteSource;
}

/** The name of a field, and whether its line ended without a value. */
interface Field {
  readonly name: string;
  readonly empty: boolean;
}

const [lineFeed, colon] = [0x0a, 0x3a];
const nothing: Uint8Array = new Uint8Array();
/** Of names we want the few that we know; lines of data may be as long as a picture. */
const wordBytesMax = 200;

/**
 * Reads server-sent events while they arrive. https://html.spec.whatwg.org/multipage/server-sent-events.html
 *
 * An event may hold a picture of many megabytes in one line: its data is read piece by piece, and what is left unread
 * is passed over when the next event is asked for. Lines end with a line feed; a carriage return before it is white
 * space to JSON. Leaving the loop closes the connection.
 */
export async function* readServerSentEvents(
  source: ByteSource,
): AsyncGenerator<ServerSentEvent, void, undefined> {
  const lines = createLines(source);
  let name: string | undefined;
  try {
    for (let field = await lines.field(); field; field = await lines.field()) {
      if (field.name === "" && field.empty) name = undefined;
      else if (field.name === "event" && !field.empty) name = await lines.word();
      else if (field.name === "data" && !field.empty) {
        const data = createData(lines);
        yield { name, data };
        while ((await data.next()) !== undefined);
        name = undefined;
      } else if (!field.empty) await lines.skip();
    }
  } finally {
    await source.cancel();
  }
}

/** The data of one event: all its lines, with line feeds between them. */
function createData(lines: Lines): ByteSource {
  let [inLine, over] = [true, false];
  return {
    // It belongs to a connection that others still read.
    cancel: async () => undefined,
    async next() {
      if (over) return undefined;
      const piece = inLine ? await lines.piece() : undefined;
      if (piece !== undefined) return piece;
      for (let field = await lines.field(); field; field = await lines.field()) {
        if (field.name === "" && field.empty) break;
        if (field.name === "data") {
          inLine = !field.empty;
          return Uint8Array.of(lineFeed);
        }
        if (!field.empty) await lines.skip();
      }
      over = true;
      return undefined;
    },
  };
}

interface Lines {
  /** The name that the next line begins with; nothing where the connection ended. */
  field(): Promise<Field | undefined>;
  /** The next piece of the line; nothing at its end. */
  piece(): Promise<Uint8Array | undefined>;
  /** The rest of the line as a word. */
  word(): Promise<string>;
  skip(): Promise<void>;
}

function createLines(source: ByteSource): Lines {
  let chunk = nothing;
  let at = 0;
  const fill = async () => {
    while (at >= chunk.length) {
      const more = await source.next();
      if (more === undefined) return false;
      [chunk, at] = [more, 0];
    }
    return true;
  };
  const piece = async () => {
    if (!(await fill())) return undefined;
    const end = chunk.indexOf(lineFeed, at);
    const part = chunk.subarray(at, end < 0 ? chunk.length : end);
    at += part.length;
    if (part.length > 0) return part;
    at++;
    return undefined;
  };
  const skip = async () => {
    while ((await piece()) !== undefined);
  };
  return {
    piece,
    skip,
    async field() {
      let name = "";
      while (await fill()) {
        const byte = chunk[at++] as number;
        if (byte === lineFeed || byte === colon) return { name: name.trim(), empty: byte === lineFeed };
        if (name.length < wordBytesMax) name += String.fromCharCode(byte);
      }
      return undefined;
    },
    async word() {
      let word = "";
      for (let part = await piece(); part; part = await piece()) {
        word += String.fromCharCode(...part.subarray(0, Math.max(0, wordBytesMax - word.length)));
      }
      return word.trim();
    },
  };
}
