import { paintScene } from "../paint-scene.ts";
import { open, type Picture, scaleTo, toPicture } from "../picture.ts";
import { lay, type Matte } from "./matte.ts";
import type { PatchBrief } from "./paint-into.ts";

/** Pixels to add on each side. */
export interface Margins {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

const paintedSide = 1024;

/**
 * Paints on beyond the edges; the picture itself stays as it is, in its place.
 *
 * Near the edges the picture goes on as in a mirror; further out the prompt's scene takes over, the sooner the more
 * `creativity` (0 to 1) there is.
 */
export async function widen(
  picture: Picture,
  margins: Margins,
  brief: PatchBrief,
  creativity: number,
): Promise<Picture> {
  const extended = await toPicture(open(picture).extend({ ...margins, extendWith: "mirror" }));
  const { width, height } = extended;
  const soft = await toPicture(open(extended).blur(2 + Math.max(width, height) / 250));
  const scale = Math.min(1, paintedSide / Math.max(width, height));
  const size = {
    width: Math.max(1, Math.round(width * scale)),
    height: Math.max(1, Math.round(height * scale)),
  };
  const scene = await paintScene({ ...brief, ...size, transparent: false });
  const far = lay(soft, await scaleTo(scene, width, height), farness(picture, margins, creativity));
  const raw = { width: picture.width, height: picture.height, channels: 4 as const };
  const own = { input: picture.data, raw, left: margins.left, top: margins.top };
  return toPicture(open(far).composite([own]));
}

/** How far out each pixel is, as the share that the scene takes there. */
function farness({ width, height }: Picture, margins: Margins, creativity: number): Matte {
  const [wide, tall] = [width + margins.left + margins.right, height + margins.top + margins.bottom];
  const reach = Math.max(...Object.values(margins), 1) * (1.2 - creativity);
  const data = Buffer.alloc(wide * tall);
  for (let pixel = 0; pixel < data.length; pixel++) {
    const [x, y] = [(pixel % wide) - margins.left, Math.floor(pixel / wide) - margins.top];
    const distance = Math.hypot(Math.max(0, -x, x - width + 1), Math.max(0, -y, y - height + 1));
    data[pixel] = Math.round(255 * Math.min(1, distance / reach) * Math.min(1, creativity * 1.6));
  }
  return { data, width: wide, height: tall };
}
