import sharp from "sharp";
import { open, type Picture, toPicture } from "../picture.ts";
import type { Material, Model, Part } from "./model.ts";
import type { Vector } from "./surface.ts";

// Twice the wanted size, then scaled down: that smooths the edges.
const oversampling = 2;
const yaw = -0.5;
const pitch = 0.26;
const light = normalised([-0.45, 0.75, 0.65]);
const fill = normalised([0.8, 0.2, 0.4]);

interface Corner {
  readonly x: number;
  readonly y: number;
  readonly depth: number;
  readonly normal: Vector;
  readonly u: number;
  readonly v: number;
}

interface Canvas {
  readonly size: number;
  readonly pixels: Buffer;
  readonly depths: Float32Array;
}

/** Renders a model as a small photograph would show it: from the front and a little above, on light ground. */
export async function renderPreview(model: Model, size: number): Promise<Picture> {
  const large = size * oversampling;
  const canvas: Canvas = {
    size: large,
    pixels: Buffer.alloc(large * large * 4),
    depths: new Float32Array(large * large).fill(Number.POSITIVE_INFINITY),
  };
  const view = createView(model, large);
  for (const part of model.parts) drawPart(part, view, canvas);
  const small = await toPicture(
    open({ data: canvas.pixels, width: large, height: large }).resize(size, size),
  );
  return toPicture(
    sharp(Buffer.from(backdrop(size, view))).composite([
      { input: small.data, raw: { width: size, height: size, channels: 4 } },
    ]),
  );
}

function backdrop(size: number, { foot }: View): string {
  const ground = foot.map((value) => Math.round((value * 1000) / oversampling / size) / 10);
  const [x = 50, y = 87, reach = 36] = ground;
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${size}" height="${size}" viewBox="0 0 100 100"><defs>` +
    `<radialGradient id="room" cx="0.5" cy="0.4" r="0.75"><stop offset="0" stop-color="#fbfaf7"/><stop offset="1" stop-color="#d9d6cf"/></radialGradient>` +
    `<radialGradient id="shade"><stop offset="0" stop-color="#3a352e" stop-opacity="0.4"/><stop offset="1" stop-color="#3a352e" stop-opacity="0"/></radialGradient></defs>` +
    `<rect width="100" height="100" fill="url(#room)"/><ellipse cx="${x}" cy="${y}" rx="${reach}" ry="${reach * 0.28}" fill="url(#shade)"/></svg>`
  );
}

/** From space to the canvas. */
interface View {
  readonly project: (position: Vector) => { x: number; y: number; depth: number };
  /** Where the object stands: x, y and how far its shadow reaches. */
  readonly foot: readonly number[];
}

function createView({ parts }: Model, size: number): View {
  const [low, high] = [
    [9, 9, 9],
    [-9, -9, -9],
  ];
  for (const { positions } of parts) {
    for (let at = 0; at < positions.length; at++) {
      low[at % 3] = Math.min(low[at % 3] ?? 9, positions[at] ?? 0);
      high[at % 3] = Math.max(high[at % 3] ?? -9, positions[at] ?? 0);
    }
  }
  const centre = low.map((value, axis) => (value + (high[axis] ?? 0)) / 2);
  const radius = Math.hypot(...low.map((value, axis) => ((high[axis] ?? 0) - value) / 2));
  const distance = radius * 3.2;
  const project = ([px, py, pz]: Vector) => {
    const [x, y, z] = rotated([px - (centre[0] ?? 0), py - (centre[1] ?? 0), pz - (centre[2] ?? 0)]);
    const depth = distance - z;
    const scale = (size * 0.46 * distance) / radius / depth;
    return { x: size / 2 + x * scale, y: size / 2 - y * scale, depth };
  };
  const foot = project([centre[0] ?? 0, low[1] ?? 0, centre[2] ?? 0]);
  const widest = Math.max((high[0] ?? 0) - (low[0] ?? 0), (high[2] ?? 0) - (low[2] ?? 0));
  return { project, foot: [foot.x, foot.y, (size * 0.34 * widest) / radius] };
}

function rotated([x, y, z]: Vector): Vector {
  const turnedX = x * Math.cos(yaw) + z * Math.sin(yaw);
  const turnedZ = z * Math.cos(yaw) - x * Math.sin(yaw);
  return [
    turnedX,
    y * Math.cos(pitch) - turnedZ * Math.sin(pitch),
    turnedZ * Math.cos(pitch) + y * Math.sin(pitch),
  ];
}

function drawPart({ positions, normals, uvs, indices, material }: Part, view: View, canvas: Canvas): void {
  const three = (from: Float32Array, vertex: number): Vector => [
    from[vertex * 3] ?? 0,
    from[vertex * 3 + 1] ?? 0,
    from[vertex * 3 + 2] ?? 0,
  ];
  const corners: Corner[] = Array.from({ length: positions.length / 3 }, (_, vertex) => ({
    ...view.project(three(positions, vertex)),
    normal: rotated(three(normals, vertex)),
    u: uvs[vertex * 2] ?? 0,
    v: uvs[vertex * 2 + 1] ?? 0,
  }));
  for (let at = 0; at < indices.length; at += 3) {
    const [a, b, c] = [
      corners[indices[at] ?? 0],
      corners[indices[at + 1] ?? 0],
      corners[indices[at + 2] ?? 0],
    ];
    if (a && b && c) drawTriangle(a, b, c, material, canvas);
  }
}

function drawTriangle(
  a: Corner,
  b: Corner,
  c: Corner,
  material: Material,
  { size, pixels, depths }: Canvas,
): void {
  const area = (b.x - a.x) * (c.y - a.y) - (c.x - a.x) * (b.y - a.y);
  if (area === 0) return;
  const clamp = (value: number) => Math.max(0, Math.min(size - 1, value));
  const [left, right] = [
    clamp(Math.floor(Math.min(a.x, b.x, c.x))),
    clamp(Math.ceil(Math.max(a.x, b.x, c.x))),
  ];
  const [top, foot] = [clamp(Math.floor(Math.min(a.y, b.y, c.y))), clamp(Math.ceil(Math.max(a.y, b.y, c.y)))];
  for (let y = top; y <= foot; y++) {
    for (let x = left; x <= right; x++) {
      const wb = ((x - a.x) * (c.y - a.y) - (c.x - a.x) * (y - a.y)) / area;
      const wc = ((b.x - a.x) * (y - a.y) - (x - a.x) * (b.y - a.y)) / area;
      const wa = 1 - wb - wc;
      if (wa < 0 || wb < 0 || wc < 0) continue;
      const depth = wa * a.depth + wb * b.depth + wc * c.depth;
      const at = y * size + x;
      if (depth >= (depths[at] ?? 0)) continue;
      depths[at] = depth;
      const shade = shadeOf(a.normal, b.normal, c.normal, wa, wb, wc, material.roughness, area > 0);
      const base = colourAt(material, wa * a.u + wb * b.u + wc * c.u, wa * a.v + wb * b.v + wc * c.v);
      for (let channel = 0; channel < 3; channel++) {
        pixels[at * 4 + channel] = Math.min(255, (base[channel] ?? 0) * shade.diffuse + shade.gloss * 255);
      }
      pixels[at * 4 + 3] = 255;
    }
  }
}

function shadeOf(
  a: Vector,
  b: Vector,
  c: Vector,
  wa: number,
  wb: number,
  wc: number,
  roughness: number,
  fromInside: boolean,
) {
  const mixAxis = (axis: 0 | 1 | 2) => a[axis] * wa + b[axis] * wb + c[axis] * wc;
  const side = fromInside ? -1 : 1;
  const [x, y, z] = [mixAxis(0) * side, mixAxis(1) * side, mixAxis(2) * side];
  const key = Math.max(0, x * light[0] + y * light[1] + z * light[2]);
  const soft = Math.max(0, x * fill[0] + y * fill[1] + z * fill[2]);
  const gloss = (1 - roughness) * 0.5 * key ** 24;
  return { diffuse: (0.42 + 0.62 * key + 0.16 * soft) * (fromInside ? 0.7 : 1), gloss };
}

function colourAt({ texture, colour }: Material, u: number, v: number): ArrayLike<number> {
  if (!texture) return colour;
  const x = Math.min(texture.width - 1, Math.max(0, Math.floor(u * texture.width)));
  const y = Math.min(texture.height - 1, Math.max(0, Math.floor(v * texture.height)));
  const at = (y * texture.width + x) * 4;
  return texture.data.subarray(at, at + 3);
}

function normalised(vector: Vector): Vector {
  const length = Math.hypot(...vector);
  return [vector[0] / length, vector[1] / length, vector[2] / length];
}
