/** What a stored file is, as far as prices, limits and screens care. */
export type MediaKind = "image" | "model";

/** One kind of file that we store. */
export interface MediaType {
  readonly contentType: "image/png" | "image/jpeg" | "image/webp" | "model/gltf-binary";
  readonly kind: MediaKind;
  readonly extension: "png" | "jpg" | "webp" | "glb";
}

export const png: MediaType = { contentType: "image/png", kind: "image", extension: "png" };
export const jpeg: MediaType = { contentType: "image/jpeg", kind: "image", extension: "jpg" };
export const webp: MediaType = { contentType: "image/webp", kind: "image", extension: "webp" };
export const glb: MediaType = { contentType: "model/gltf-binary", kind: "model", extension: "glb" };

/** How many first bytes `sniff` wants to see; fewer are only left when the file is shorter. */
export const sniffBytes = 12;

const pngSignature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
const riff = [0x52, 0x49, 0x46, 0x46];
const webpMark = [0x57, 0x45, 0x42, 0x50];
const glbMagic = [0x67, 0x6c, 0x54, 0x46];

/**
 * Tells the type of a file from its first bytes alone; names and declared types are never asked.
 *
 * Everything else is `undefined`, and so never stored: SVG, HTML, PDF, archives.
 */
export function sniff(head: Uint8Array): MediaType | undefined {
  if (startsWith(head, pngSignature)) return png;
  if (startsWith(head, [0xff, 0xd8, 0xff])) return jpeg;
  if (startsWith(head, riff) && startsWith(head.subarray(8), webpMark)) return webp;
  if (startsWith(head, glbMagic)) return glb;
  return undefined;
}

function startsWith(bytes: Uint8Array, expected: readonly number[]): boolean {
  return bytes.length >= expected.length && expected.every((byte, at) => bytes[at] === byte);
}

/** Every extension that a file of this kind may end up with: what its bytes are is known only once they arrive. */
export function extensionsOf(kind: MediaKind): readonly MediaType["extension"][] {
  return [png, jpeg, webp, glb].filter((type) => type.kind === kind).map((type) => type.extension);
}
