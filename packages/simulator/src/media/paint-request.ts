import { withPrints } from "./framed.ts";
import { keepRecent } from "./keep-recent.ts";
import { paintScene, type SceneBrief } from "./paint-scene.ts";
import { open, type Picture, scaleTo, toPicture } from "./picture.ts";
import { restyle } from "./restyle/restyle.ts";

// Painting goes pixel by pixel: a larger picture is painted at this size and enlarged, as vendors do themselves. Tests of
// others, who do not look at it, set less.
const paintedPixelsMax = () => Number(process.env.SIMULATOR_PAINTED_PIXELS ?? 640_000);

const recentPictures = keepRecent<Promise<Picture>>(8);

/**
 * Paints what was asked for, at any size: a scene from words alone, or the first picture painted over.
 *
 * The other pictures lend their colours and hang in it as prints, so that nobody wonders whether they were used.
 */
export function paintRequest(brief: SceneBrief, pictures: readonly Picture[]): Promise<Picture> {
  const make = () => paint(brief, pictures);
  return pictures.length > 0 ? make() : recentPictures(JSON.stringify(brief), make);
}

async function paint(brief: SceneBrief, pictures: readonly Picture[]): Promise<Picture> {
  const { width, height } = brief;
  const scale = Math.min(1, Math.sqrt(paintedPixelsMax() / (width * height)));
  const small = {
    ...brief,
    width: Math.max(1, Math.round(width * scale)),
    height: Math.max(1, Math.round(height * scale)),
  };
  const [first, ...others] = pictures;
  const painted = first
    ? await withPrints(await restyle(await scaleTo(first, small.width, small.height), small, others), others)
    : await paintScene(small);
  if (painted.width === width && painted.height === height) return painted;
  return toPicture(open(painted).resize(width, height, { fit: "fill", kernel: "cubic" }));
}
