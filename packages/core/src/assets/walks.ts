import { walkFbx } from "./fbx.ts";
import { walkGlb } from "./glb.ts";
import { walkJpeg } from "./jpeg.ts";
import type { MediaType } from "./media-types.ts";
import { walkObj } from "./obj.ts";
import { walkPng } from "./png.ts";
import { walkStl } from "./stl.ts";
import { walkSvg } from "./svg.ts";
import type { Walk } from "./walk.ts";
import { walkWebp } from "./webp.ts";
import { walkZip } from "./zip.ts";

const walks: Readonly<Record<string, (head: Uint8Array) => Walk>> = {
  png: walkPng,
  jpg: walkJpeg,
  webp: walkWebp,
  svg: walkSvg,
  glb: walkGlb,
  fbx: (head) => walkFbx(!beginsWith(head, "Kaydara")),
  obj: walkObj,
  stl: (head) => walkStl(isAsciiStl(head)),
  usdz: () => walkZip("usdz"),
  "3mf": () => walkZip("3mf"),
  zip: () => walkZip("zip"),
};

/** The walk over a file of this type; `head` is what was seen of it so far. */
export function walkOf({ extension }: MediaType, head: Uint8Array): Walk {
  const walk = walks[extension];
  if (walk === undefined) throw new Error(`no walk over ${extension}`);
  return walk(head);
}

/** Binary ones may begin with the word too; only a text goes on as one. */
function isAsciiStl(head: Uint8Array): boolean {
  return /^\s*solid\b[^\0]*\b(?:facet|endsolid)\b/.test(String.fromCharCode(...head.subarray(0, 1024)));
}

function beginsWith(head: Uint8Array, word: string): boolean {
  return String.fromCharCode(...head.subarray(0, word.length)) === word;
}
