import {
  fbx,
  glb,
  jpeg,
  type MediaType,
  modelZip,
  obj,
  png,
  stl,
  svg,
  threeMf,
  usdz,
  webp,
} from "./media-types.ts";

/** As many first bytes as `sniff` ever wants to see: an ASCII file may begin with a long comment. */
export const sniffBytesMax = 1024;
/** Nothing that we store is shorter. */
const headBytesMin = 12;

const binary: readonly [type: MediaType, offset: number, bytes: string][] = [
  [png, 0, "\x89PNG\r\n\x1a\n"],
  [jpeg, 0, "\xff\xd8\xff"],
  [webp, 8, "WEBP"],
  [glb, 0, "glTF"],
  [fbx, 0, "Kaydara FBX Binary  \0"],
];
const zipLocalHeader = "PK\x03\x04";
const objWords = /^(?:#(?!!)|(?:v|vn|vt|vp|f|l|p|o|g|s|mg|mtllib|usemtl)[ \t])/;

/**
 * Tells the type of a file from its first bytes alone; names and declared types are never asked. What it claims to be
 * is proven by the walk over the rest.
 *
 * @returns `more`: not to be told yet. `undefined`: nothing that we ever store, e.g. HTML, PDF, any other archive.
 */
export function sniff(head: Uint8Array, ended: boolean): MediaType | "more" | undefined {
  if (head.length < headBytesMin) return ended ? undefined : "more";
  const letters = String.fromCharCode(...head.subarray(0, sniffBytesMax));
  const clear = ended || head.length >= sniffBytesMax;
  for (const [type, offset, bytes] of binary)
    if (letters.startsWith(bytes, offset) && (type !== webp || letters.startsWith("RIFF"))) return type;
  if (letters.startsWith(zipLocalHeader)) return sniffZip(letters, head) ?? (clear ? undefined : "more");
  const text = sniffText(letters, clear);
  if (text !== "more" && text !== undefined) return text;
  if (looksLikeTriangles(head)) return stl;
  return clear ? undefined : "more";
}

/** By the name of its first entry: a USDZ must begin with its scene, a 3MF with its table of contents. */
function sniffZip(letters: string, head: Uint8Array): MediaType | undefined {
  if (head.length < 30) return undefined;
  const nameLength = new DataView(head.buffer, head.byteOffset).getUint16(26, true);
  if (head.length < 30 + nameLength) return undefined;
  const name = letters.slice(30, 30 + nameLength);
  if (/\.usd[acz]?$/i.test(name)) return usdz;
  return name === "[Content_Types].xml" || /^(?:3D|_rels)\//.test(name) ? threeMf : modelZip;
}

function sniffText(letters: string, clear: boolean): MediaType | "more" | undefined {
  const text = letters.replace(/^\xef\xbb\xbf/, "").trimStart();
  if (/^<(?:svg\b|\?xml\b|!--|!DOCTYPE svg\b)/i.test(text)) return svg;
  if (text.startsWith("; FBX ")) return fbx;
  if (/^solid\b/.test(text)) return /\bfacet\b|\bendsolid\b/.test(text) ? stl : clear ? undefined : "more";
  return objWords.test(text) ? obj : "more";
}

/** Binary STL has no mark: eighty bytes of anything, a count, and then triangles, whose numbers are those of a shape. */
function looksLikeTriangles(head: Uint8Array): boolean {
  if (head.length < 134) return false;
  const view = new DataView(head.buffer, head.byteOffset);
  const numbers = Array.from({ length: 12 }, (_, index) => view.getFloat32(84 + index * 4, true));
  return (
    view.getUint32(80, true) > 0 &&
    numbers.every((number) => Number.isFinite(number) && Math.abs(number) < 1e9) &&
    numbers.slice(0, 3).every((number) => Math.abs(number) <= 1.01)
  );
}
