import { type Colour, colourOf, type Rgb } from "../colour.ts";
import { decode, open, type Picture, toPicture } from "../picture.ts";
import { type Corner, outlinesOf, simplified } from "./outline.ts";

const workSide = 220;

/** How a picture is traced. */
interface Tracing {
  /** Most colours of the drawing. Default 14. */
  readonly colours?: number;
}

/**
 * Traces a picture: a few flat colours, each the filled outlines of its areas.
 *
 * Each colour lies on the ones before and reaches under the ones after it, so that no gap shows between them.
 * Transparent parts stay empty.
 */
export async function vectorize(picture: Picture, { colours = 14 }: Tracing = {}): Promise<string> {
  const { width, height } = picture;
  const most = Math.max(1, colours);
  const flat = await flattened(picture, Math.max(2, most));
  const { ranks, palette } = ranked(flat, most);
  const scale = [width / flat.width, height / flat.height] as const;
  const layers = palette.map((colour, rank) => {
    const isSet = (x: number, y: number) => (ranks[y * flat.width + x] ?? -1) >= rank;
    const outlines = outlinesOf(isSet, flat.width, flat.height).filter((outline) => outline.length > 8);
    const path = outlines.map((outline) => pathOf(simplified(outline, 0.85), scale)).join("");
    return path === "" ? "" : `<path fill="${colour}" fill-rule="evenodd" d="${path}"/>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">${layers.join("")}</svg>`;
}

/** A small copy in few colours, its specks painted over. */
async function flattened(picture: Picture, colours: number): Promise<Picture> {
  const small = await toPicture(
    open(picture).resize(workSide, workSide, { fit: "inside", withoutEnlargement: true }).median(3),
  );
  const few = await open(small).png({ palette: true, colours, dither: 0, effort: 4 }).toBuffer();
  const flat = await decode(few);
  if (!flat) throw new Error("a picture that was just written decodes");
  return flat;
}

/** The colour of each pixel by its place in the drawing, largest areas first; -1 where it is transparent. */
function ranked({ data }: Picture, most: number): { ranks: Int16Array; palette: Colour[] } {
  const counts = new Map<number, number>();
  const keyAt = (pixel: number) => data.readUInt32BE(pixel * 4) >>> 8;
  const isSeen = (pixel: number) => (data[pixel * 4 + 3] ?? 0) >= 128;
  for (let pixel = 0; pixel < data.length / 4; pixel++) {
    if (isSeen(pixel)) counts.set(keyAt(pixel), (counts.get(keyAt(pixel)) ?? 0) + 1);
  }
  const order = [...counts].sort(([, first], [, second]) => second - first).map(([key]) => key);
  // The quantizer rounds the number of colours up: the rarest ones join those they are most like.
  const kept = order.slice(0, most);
  const rankOf = new Map(order.map((key) => [key, nearestOf(key, kept)]));
  const ranks = new Int16Array(data.length / 4);
  for (let pixel = 0; pixel < ranks.length; pixel++) {
    ranks[pixel] = isSeen(pixel) ? (rankOf.get(keyAt(pixel)) ?? -1) : -1;
  }
  return { ranks, palette: kept.map((key) => colourOf(channelsOf(key))) };
}

function nearestOf(key: number, kept: readonly number[]): number {
  const own = channelsOf(key);
  const distances = kept.map((other) => {
    const [red, green, blue] = channelsOf(other);
    return (red - own[0]) ** 2 + (green - own[1]) ** 2 + (blue - own[2]) ** 2;
  });
  return distances.indexOf(Math.min(...distances));
}

function channelsOf(key: number): Rgb {
  return [key >> 16, (key >> 8) & 255, key & 255];
}

function pathOf(corners: readonly Corner[], [scaleX, scaleY]: readonly [number, number]): string {
  if (corners.length < 3) return "";
  const place = (value: number) => String(Math.round(value * 10) / 10);
  const points = corners.map(([x, y]) => `${place(x * scaleX)} ${place(y * scaleY)}`);
  return `M${points.join("L")}Z`;
}
