import { createLineReader } from "./lines.ts";
import { MediaRejected } from "./media-rejected.ts";
import { numbers, rest, skip, take, type Walk } from "./walk.ts";

const words = new Set(["solid", "facet", "outer", "vertex", "endloop", "endfacet", "endsolid"]);

/** Walks an STL: as many triangles as its count says, or, where it is text, from `solid` to `endsolid`. */
export function* walkStl(isText: boolean): Walk {
  if (isText) yield* walkText();
  else {
    yield* skip(80);
    const triangles = numbers(yield* take(4)).getUint32(0, true);
    yield* skip(triangles * 50);
  }
  return { width: null, height: null };
}

function* walkText() {
  let facets = 0;
  let last = "";
  const lines = createLineReader(80, (line) => {
    const [word = ""] = line.trim().toLowerCase().split(/\s/, 1);
    if (word === "") return;
    if (!words.has(word)) throw new MediaRejected("damaged", "stl: a line that is none of it");
    if (word === "facet") facets += 1;
    last = word;
  });
  yield* rest(lines.push);
  lines.end();
  if (last !== "endsolid") throw new MediaRejected("truncated", "stl: no endsolid");
  if (facets === 0) throw new MediaRejected("damaged", "stl: no shape in it");
}
