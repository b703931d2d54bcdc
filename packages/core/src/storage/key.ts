const keyPattern = /^[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*(?:\/[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*)*$/;
const keyLengthMax = 512;
/** File systems take 255 bytes; the rest is room for what a store adds. */
const segmentLengthMax = 200;

/**
 * Whether a text may be the key of an object: segments of `A-Z a-z 0-9 _ -`, with single dots inside them.
 *
 * `..`, empty segments, a leading slash or dot, control characters, percent and non-ASCII cannot occur, so that
 * a key means the same in a path, in a URL and in a bucket, without any escaping (`reliability-spec.md` 8.4).
 */
export function isKey(text: string): boolean {
  if (text.length > keyLengthMax || !keyPattern.test(text)) return false;
  return text.split("/").every((segment) => segment.length <= segmentLengthMax);
}

const contentTypes: Readonly<Record<string, string>> = {
  png: "image/png",
  jpg: "image/jpeg",
  webp: "image/webp",
  gif: "image/gif",
  svg: "image/svg+xml",
  glb: "model/gltf-binary",
  fbx: "application/vnd.autodesk.fbx",
  obj: "model/obj",
  stl: "model/stl",
  usdz: "model/vnd.usdz+zip",
  "3mf": "model/3mf",
  zip: "application/zip",
  mp4: "video/mp4",
  webm: "video/webm",
  mp3: "audio/mpeg",
  wav: "audio/wav",
};

/**
 * The content type that an object is sent with, by the extension of its key.
 *
 * The extension was chosen by us from the bytes, and the table is fixed: HTML and scripts are not in it, and `isShown`
 * keeps SVG from being shown, so nothing that we serve can run in a page.
 */
export function contentTypeOf(key: string): string {
  const extension = /\.([a-z0-9]+)$/.exec(key)?.[1] ?? "";
  return Object.hasOwn(contentTypes, extension)
    ? (contentTypes[extension] as string)
    : "application/octet-stream";
}

/**
 * Whether browsers may show what has this content type. Everything else is a download, SVG above all: it may hold
 * scripts, and would run them as ours.
 */
export function isShown(contentType: string): boolean {
  return /^(?:image|audio|video)\//.test(contentType) && contentType !== "image/svg+xml";
}
