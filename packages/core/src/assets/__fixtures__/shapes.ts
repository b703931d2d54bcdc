import { crc32, deflateRawSync } from "node:zlib";

/** Files of the shapes and drawings that providers convert to, small and whole. */

export const text = (content: string) => new TextEncoder().encode(content);

export const drawing = text(
  `<?xml version="1.0" encoding="UTF-8"?>\n<!-- made > by hand -->\n<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8">` +
    `<style><![CDATA[ .a > .b { fill: red } ]]></style><g id='a>b'><path d="M0 0h8v8z"/><text>ä &amp; ö</text></g></svg>\n`,
);

export const objText = text(
  "# a triangle\r\nmtllib lamp.mtl\r\nv 0 0 0\r\nv 1 0 0\r\nv 0 1 0\r\nusemtl lamp\r\nf 1 2 \\\r\n3\r\n",
);

export const stlText = text(
  "solid lamp\n facet normal 0 0 1\n  outer loop\n   vertex 0 0 0\n   vertex 1 0 0\n   vertex 0 1 0\n  endloop\n endfacet\nendsolid lamp\n",
);

/** Begins with the word that text files begin with, as some exporters write it. */
export function stlBinary(triangles = 3): Uint8Array {
  const bytes = Buffer.alloc(84 + triangles * 50);
  bytes.write("solid but binary", "latin1");
  bytes.writeUInt32LE(triangles, 80);
  for (let index = 0; index < triangles; index++)
    for (const [at, number] of [0, 0, 1, 0, 0, 0, 9.5, 0, 0, 0, 120, 0].entries())
      bytes.writeFloatLE(number, 84 + index * 50 + at * 4);
  return bytes;
}

/** Two records of the first level, the empty one, and a footer. */
export function fbxBinary(version = 7400): Uint8Array {
  const wide = version >= 7500;
  const record = (at: number, name: string, content: Uint8Array) => {
    const head = Buffer.alloc((wide ? 24 : 12) + 1 + name.length);
    const end = at + head.length + content.length;
    if (wide) head.writeBigUInt64LE(BigInt(end), 0);
    else head.writeUInt32LE(end, 0);
    head.writeUInt8(name.length, wide ? 24 : 12);
    head.write(name, (wide ? 24 : 12) + 1, "latin1");
    return Buffer.concat([head, content]);
  };
  const start = Buffer.alloc(27);
  start.write("Kaydara FBX Binary  \0\x1a\0", "latin1");
  start.writeUInt32LE(version, 23);
  const first = record(27, "FBXHeaderExtension", Buffer.alloc(40, 7));
  const second = record(27 + first.length, "Objects", Buffer.alloc(300, 9));
  return Buffer.concat([start, first, second, Buffer.alloc(wide ? 25 : 13), Buffer.alloc(160, 1)]);
}

export const fbxText = text(
  '; FBX 7.4.0 project file\nFBXHeaderExtension:  {\n\tCreator: "a } brace; in quotes"\n}\nObjects:  {\n\tGeometry: 1 {\n\t\ta: 1,2\n\t}\n}\n',
);

/** An archive, as a writer makes it that knows all sizes beforehand, or one that streams. */
export function zipOf(
  files: readonly (readonly [name: string, content: string])[],
  { stored = false, streamed = false, encrypted = false, comment = "" } = {},
): Uint8Array {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let at = 0;
  const flags = (streamed ? 8 : 0) | (encrypted ? 1 : 0);
  for (const [name, content] of files) {
    const bytes = Buffer.from(content);
    const packed = stored ? bytes : deflateRawSync(bytes);
    const facts = Buffer.alloc(12);
    facts.writeUInt32LE(crc32(bytes), 0);
    facts.writeUInt32LE(packed.length, 4);
    facts.writeUInt32LE(bytes.length, 8);
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt16LE(flags, 6);
    local.writeUInt16LE(stored ? 0 : 8, 8);
    if (!streamed) facts.copy(local, 14);
    local.writeUInt16LE(name.length, 26);
    const descriptor = streamed
      ? Buffer.concat([Buffer.from("PK\x07\x08", "latin1"), facts])
      : Buffer.alloc(0);
    const central = Buffer.alloc(46);
    central.writeUInt32LE(0x02014b50, 0);
    central.writeUInt16LE(flags, 8);
    central.writeUInt16LE(stored ? 0 : 8, 10);
    facts.copy(central, 16);
    central.writeUInt16LE(name.length, 28);
    central.writeUInt32LE(at, 42);
    directory.push(central, Buffer.from(name, "latin1"));
    parts.push(local, Buffer.from(name, "latin1"), packed, descriptor);
    at += 30 + name.length + packed.length + descriptor.length;
  }
  const entries = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(files.length, 8);
  end.writeUInt16LE(files.length, 10);
  end.writeUInt32LE(entries.length, 12);
  end.writeUInt32LE(at, 16);
  end.writeUInt16LE(comment.length, 20);
  return Buffer.concat([...parts, entries, end, Buffer.from(comment, "latin1")]);
}

export const usdz = zipOf(
  [
    ["lamp.usdc", "PXR-USDC"],
    ["textures/lamp.png", "png"],
  ],
  { stored: true },
);
export const threeMf = zipOf([
  ["[Content_Types].xml", "<Types/>"],
  ["_rels/.rels", "<Relationships/>"],
  ["3D/3dmodel.model", "<model/>"],
]);
export const gltfZip = zipOf(
  [
    ["textures/a.png", "png"],
    ["lamp.gltf", "{}"],
    ["lamp.bin", "bin"],
  ],
  {
    streamed: true,
    comment: "made by hand",
  },
);
