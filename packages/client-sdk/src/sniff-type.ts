/** The first bytes of what can be uploaded. */
const signatures: readonly [type: string, offset: number, bytes: string][] = [
  ["image/png", 0, "\x89PNG\r\n\x1a\n"],
  ["image/jpeg", 0, "\xff\xd8\xff"],
  ["image/webp", 8, "WEBP"],
  ["model/gltf-binary", 0, "glTF"],
  ["application/vnd.autodesk.fbx", 0, "Kaydara FBX "],
  ["application/vnd.autodesk.fbx", 0, "; FBX "],
];

/** Models that begin with nothing of their own. */
const byName: Readonly<Record<string, string>> = { obj: "model/obj", stl: "model/stl" };

/**
 * What a file is, by its first bytes, else by its name, else by what the browser says.
 *
 * Browsers know no type for `.glb`, and go by the name: a PNG called `.jpg` is common.
 */
export async function sniffType(file: Blob): Promise<string> {
  const head = String.fromCharCode(...new Uint8Array(await file.slice(0, 12).arrayBuffer()));
  const found = signatures.find(([, offset, bytes]) => head.startsWith(bytes, offset));
  const extension = file instanceof File ? /\.(\w+)$/.exec(file.name)?.[1]?.toLowerCase() : undefined;
  return found?.[0] ?? byName[extension ?? ""] ?? file.type;
}
