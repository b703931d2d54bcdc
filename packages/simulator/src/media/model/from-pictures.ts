import { colourOf, lightness, mix, rgbOf } from "../colour.ts";
import { averageColour, open, type Picture, shrinkTo, toPicture } from "../picture.ts";
import { type Cut, cutFor, turn } from "./lathe.ts";
import type { Material, Model, ModelWish, Part } from "./model.ts";
import { bend, type Vector } from "./surface.ts";

const thickness = 0.09;
const reliefDepth = 0.1;
const cornerRadius = 0.09;
const standHeight = 0.12;

/** What a picture's object is made from. */
export interface PictureWish extends ModelWish {
  readonly front: Picture;
  readonly back: Picture | undefined;
  /** Longest side of the texture in pixels; the picture is not enlarged. Default 1024. */
  readonly textureSide?: number;
}

/**
 * Makes a sculpted tile on a stand: the picture in relief, raised where it is bright.
 *
 * A back view becomes a second relief on the other side.
 */
export async function buildFromPictures(wish: PictureWish): Promise<Model> {
  const { front, back, faceLimit = 44_000, textureSide = 1024 } = wish;
  const longest = Math.max(front.width, front.height);
  const [width, height] = [front.width / longest, front.height / longest];
  const average = colourOf(averageColour(front));
  const plain = (name: string, colour: string): Material => ({ name, colour: rgbOf(colour), roughness: 0.7 });
  const faced = async (name: string, picture: Picture): Promise<Material> => ({
    ...plain(name, average),
    ...(wish.texture ? { texture: await flattened(await shrinkTo(picture, textureSide), average) } : {}),
  });

  // The rest is for rim, back and stand.
  const squares = (Math.min(120_000, faceLimit) * (back ? 0.39 : 0.8)) / 2;
  const columns = Math.max(3, Math.round(Math.sqrt((squares * width) / height)));
  const rows = Math.max(3, Math.round(squares / columns));
  const tile: Tile = { width, height, columns, rows };
  const sideColour = mix(average, "#ffffff", 0.12);
  const parts: Part[] = [
    relief(tile, 1, await heightsOf(front, columns, rows), await faced("front", front)),
    back
      ? relief(tile, -1, await heightsOf(back, columns, rows), await faced("back", back))
      : backPlate(tile, plain("back", sideColour)),
    rim(tile, plain("rim", sideColour)),
    stand(tile, cutFor(Math.min(4000, faceLimit * 0.1)), plain("stand", mix(average, "#1d1a17", 0.62))),
  ];
  return { name: "relief", parts };
}

interface Tile {
  readonly width: number;
  readonly height: number;
  readonly columns: number;
  readonly rows: number;
}

type Heights = (u: number, v: number) => number;

/** Softened brightness of a picture, 0 to 1, with its range stretched. */
async function heightsOf(picture: Picture, columns: number, rows: number): Promise<Heights> {
  const [width, height] = [columns + 1, rows + 1];
  const sigma = Math.max(0.4, Math.min(width, height) / 70);
  const small = await toPicture(open(picture).flatten().resize(width, height, { fit: "fill" }).blur(sigma));
  const values = Array.from({ length: width * height }, (_, at) =>
    lightness([small.data[at * 4] ?? 0, small.data[at * 4 + 1] ?? 0, small.data[at * 4 + 2] ?? 0]),
  );
  const [low, high] = [Math.min(...values.slice(0, 100_000)), Math.max(...values.slice(0, 100_000))];
  return (u, v) => {
    const at = Math.round((1 - v) * rows) * width + Math.round(u * columns);
    return ((values[at] ?? 0) - low) / Math.max(0.05, high - low);
  };
}

function relief(
  { width, height, columns, rows }: Tile,
  side: 1 | -1,
  heights: Heights,
  material: Material,
): Part {
  return bend(
    {
      columns,
      rows,
      at(u, v) {
        const [x, y] = rounded(u, v, width, height);
        const edge = Math.min(u * width, (1 - u) * width, v * height, (1 - v) * height);
        const rise = Math.min(1, edge / 0.06);
        const eased = rise * rise * (3 - 2 * rise);
        const lift = heights(u, v) * reliefDepth + 0.012;
        return [x * side, y + standHeight, side * (thickness / 2 + lift * eased)];
      },
    },
    material,
  );
}

/** The narrow side all around. */
function rim(tile: Tile, material: Material): Part {
  const outline = outlineOf(tile);
  const last = outline.length - 1;
  return bend(
    {
      columns: last,
      rows: 1,
      at(u, v) {
        const [x, y] = outline[Math.round(u * last)] ?? [0, 0];
        return [x, y + standHeight, (v - 0.5) * thickness];
      },
    },
    material,
  );
}

/** A flat back, cut like a cake. */
function backPlate(tile: Tile, material: Material): Part {
  const outline = outlineOf(tile);
  const last = outline.length - 1;
  return bend(
    {
      columns: last,
      rows: 1,
      at(u, v) {
        const [x, y] = outline[last - Math.round(u * last)] ?? [0, 0];
        return [x * (1 - v), (y - tile.height / 2) * (1 - v) + tile.height / 2 + standHeight, thickness / -2];
      },
    },
    material,
  );
}

function stand({ width, height }: Tile, cut: Cut, material: Material): Part {
  const foot = Math.max(0.24, width * 0.38);
  const sunk = Math.min(0.05, height * 0.1);
  const profile = [
    [0, 0],
    [foot, 0],
    [foot * 1.02, 0.02],
    [foot, 0.05],
    [foot * 0.8, 0.075],
    [foot * 0.72, standHeight + sunk * 0.6],
    [foot * 0.68, standHeight + sunk],
    [0, standHeight + sunk],
  ] as const;
  const part = turn(profile, cut, material);
  // An oval: wide enough to carry the tile, shallow enough to leave its face free.
  const squeeze = 0.2 / foot;
  return {
    ...part,
    positions: part.positions.map((value, at) => (at % 3 === 2 ? value * squeeze : value)),
    normals: squeezedNormals(part.normals, squeeze),
  };
}

function squeezedNormals(normals: Float32Array, squeeze: number): Float32Array<ArrayBuffer> {
  const result = Float32Array.from(normals);
  for (let at = 0; at < result.length; at += 3) {
    const vector: Vector = [result[at] ?? 0, result[at + 1] ?? 0, (result[at + 2] ?? 0) / squeeze];
    const length = Math.hypot(...vector);
    result.set(
      vector.map((value) => value / length),
      at,
    );
  }
  return result;
}

/** Bends the corners of a rectangle round; the centre of its lower edge is the origin. */
function rounded(u: number, v: number, width: number, height: number): readonly [number, number] {
  const [x, y] = [(u - 0.5) * width, (v - 0.5) * height];
  const radius = Math.min(cornerRadius, width / 4, height / 4);
  const [a, b] = [(Math.abs(x) - width / 2) / radius + 1, (Math.abs(y) - height / 2) / radius + 1];
  if (a <= 0 || b <= 0) return [x, y + height / 2];
  const [p, q] = [a * Math.sqrt(1 - (b * b) / 2), b * Math.sqrt(1 - (a * a) / 2)];
  return [
    Math.sign(x) * (width / 2 + (p - 1) * radius),
    Math.sign(y) * (height / 2 + (q - 1) * radius) + height / 2,
  ];
}

/** Points along the edge of the tile as the reliefs have them, counter-clockwise from the front, closed. */
function outlineOf({ width, height, columns, rows }: Tile): readonly (readonly [number, number])[] {
  const along = (steps: number) => Array.from({ length: steps }, (_, step) => step / steps);
  const edges: readonly (readonly [number, number])[] = [
    ...along(columns).map((t) => [t, 0] as const),
    ...along(rows).map((t) => [1, t] as const),
    ...along(columns).map((t) => [1 - t, 1] as const),
    ...along(rows).map((t) => [0, 1 - t] as const),
    [0, 0],
  ];
  return edges.map(([u, v]) => rounded(u, v, width, height));
}

/** Lays a picture with transparency on a ground, so that no black shows through on the model. */
async function flattened(picture: Picture, ground: string): Promise<Picture> {
  return toPicture(open(picture).flatten({ background: ground }));
}
