import { MediaRejected } from "./media-rejected.ts";
import { numbers, rest, skip, take, type Walk } from "./walk.ts";

const damaged = (fault: string) => new MediaRejected("damaged", `fbx: ${fault}`);
const noPixels = { width: null, height: null };

/** From here on the numbers of a record have eight bytes. */
const wideVersion = 7500;

/**
 * Walks an FBX. Binary: the records of the first level, each of which says where it ends, to the empty one that closes
 * them; what exporters write behind it is a footer of fewer than 200 bytes. Text: to its end, with every brace closed.
 */
export function* walkFbx(isText: boolean): Walk {
  return isText ? yield* walkText() : yield* walkBinary();
}

function* walkBinary(): Walk {
  yield* skip(23);
  const version = numbers(yield* take(4)).getUint32(0, true);
  if (version < 6000 || version > 9999) throw damaged("a version that does not exist");
  const wide = version >= wideVersion;
  const headBytes = wide ? 25 : 13;
  for (let at = 27, records = 0; ; records += 1) {
    const head = numbers(yield* take(headBytes));
    const end = wide ? Number(head.getBigUint64(0, true)) : head.getUint32(0, true);
    if (end === 0) {
      if (records === 0) throw damaged("no record in it");
      return noPixels;
    }
    if (end < at + headBytes || !Number.isSafeInteger(end))
      throw damaged("a record that ends before it begins");
    yield* skip(end - at - headBytes);
    at = end;
  }
}

const [lineFeed, quote, semicolon, open, close] = [0x0a, 0x22, 0x3b, 0x7b, 0x7d];

function* walkText(): Walk {
  let depth = 0;
  let sections = 0;
  let within = "text" as "text" | "quotes" | "comment";
  yield* rest((part) => {
    for (const byte of part) {
      if (byte === 0) throw damaged("not a text");
      if (within === "comment") within = byte === lineFeed ? "text" : "comment";
      else if (within === "quotes") within = byte === quote ? "text" : "quotes";
      else if (byte === quote) within = "quotes";
      else if (byte === semicolon) within = "comment";
      else if (byte === open) depth += 1;
      else if (byte === close) {
        depth -= 1;
        if (depth === 0) sections += 1;
        if (depth < 0) throw damaged("a brace that closes nothing");
      }
    }
  });
  if (depth !== 0 || within === "quotes") throw new MediaRejected("truncated", "fbx: not closed");
  if (sections === 0) throw damaged("no record in it");
  return noPixels;
}
