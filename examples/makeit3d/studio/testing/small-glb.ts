const around = 48;
const outline = [
  [0, 0],
  [0.42, 0],
  [0.62, 0.3],
  [0.5, 0.72],
  [0.3, 0.95],
  [0.42, 1.15],
] as const;

/** A GLB of a small vase: enough to be looked at. */
export function smallGlb(): Uint8Array<ArrayBuffer> {
  const positions: number[] = [];
  const indices: number[] = [];
  for (const [radius, height] of outline)
    for (let step = 0; step <= around; step += 1) {
      const angle = (step / around) * Math.PI * 2;
      positions.push(Math.cos(angle) * radius, height, Math.sin(angle) * radius);
    }
  for (let row = 0; row < outline.length - 1; row += 1)
    for (let step = 0; step < around; step += 1) {
      const here = row * (around + 1) + step;
      const above = here + around + 1;
      indices.push(here, above, here + 1, here + 1, above, above + 1);
    }
  const vertices = new Uint8Array(new Float32Array(positions).buffer);
  const faces = new Uint8Array(new Uint16Array(indices).buffer);
  const json = {
    asset: { version: "2.0" },
    scene: 0,
    scenes: [{ nodes: [0] }],
    nodes: [{ mesh: 0 }],
    meshes: [{ primitives: [{ attributes: { POSITION: 0 }, indices: 1, material: 0 }] }],
    materials: [
      {
        doubleSided: true,
        pbrMetallicRoughness: {
          baseColorFactor: [0.08, 0.26, 0.24, 1],
          metallicFactor: 0,
          roughnessFactor: 0.35,
        },
      },
    ],
    accessors: [
      {
        bufferView: 0,
        componentType: 5126,
        count: positions.length / 3,
        type: "VEC3",
        min: [-0.62, 0, -0.62],
        max: [0.62, 1.15, 0.62],
      },
      { bufferView: 1, componentType: 5123, count: indices.length, type: "SCALAR" },
    ],
    bufferViews: [
      { buffer: 0, byteOffset: 0, byteLength: vertices.length, target: 34962 },
      { buffer: 0, byteOffset: vertices.length, byteLength: faces.length, target: 34963 },
    ],
    buffers: [{ byteLength: vertices.length + faces.length }],
  };
  return glbOf(json, [vertices, faces]);
}

function glbOf(json: unknown, parts: Uint8Array[]): Uint8Array<ArrayBuffer> {
  const text = new TextEncoder().encode(JSON.stringify(json));
  const head = padded(text, 0x20);
  const body = padded(Buffer.concat(parts), 0);
  const glb = Buffer.alloc(12 + 8 + head.length + 8 + body.length);
  glb.write("glTF", 0);
  glb.writeUInt32LE(2, 4);
  glb.writeUInt32LE(glb.length, 8);
  glb.writeUInt32LE(head.length, 12);
  glb.write("JSON", 16);
  glb.set(head, 20);
  glb.writeUInt32LE(body.length, 20 + head.length);
  glb.write("BIN\0", 24 + head.length);
  glb.set(body, 28 + head.length);
  return new Uint8Array(glb);
}

function padded(bytes: Uint8Array, filler: number): Uint8Array {
  const whole = new Uint8Array(Math.ceil(bytes.length / 4) * 4).fill(filler);
  whole.set(bytes);
  return whole;
}
