import { createLineReader } from "./lines.ts";
import { MediaRejected } from "./media-rejected.ts";
import { rest, type Walk } from "./walk.ts";

const damaged = (fault: string) => new MediaRejected("damaged", `obj: ${fault}`);

/** Every statement of the format (http://paulbourke.net/dataformats/obj/), and nothing else. */
const statements = new Set(
  "v vt vn vp p l f curv curv2 surf cstype deg bmat step parm trim hole scrv sp end con g s mg o bevel c_interp d_interp lod usemtl mtllib shadow_obj trace_obj ctech stech maplib usemap".split(
    " ",
  ),
);

/** Passes over a Wavefront OBJ: text of known statements, with at least one point and one face or line. It has no end of its own. */
export function* walkObj(): Walk {
  let points = 0;
  let faces = 0;
  let continued = false;
  const lines = createLineReader(80, (line) => {
    const wasContinued = continued;
    continued = line.endsWith("\\");
    if (wasContinued) return;
    const [word = ""] = line.trimStart().split(/[ \t\\]/, 1);
    if (word === "" || word.startsWith("#")) return;
    if (!statements.has(word)) throw damaged("a line that is no statement");
    if (word === "v") points += 1;
    if (word === "f" || word === "l" || word === "p") faces += 1;
  });
  yield* rest((part) => {
    if (part.includes(0)) throw damaged("not a text");
    lines.push(part);
  });
  lines.end();
  if (points === 0 || faces === 0) throw new MediaRejected("truncated", "obj: no shape in it");
  return { width: null, height: null };
}
