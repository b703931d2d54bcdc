import sharp from "sharp";
import { createRandom } from "../random.ts";
import type { Colour } from "./colour.ts";
import { grainTile } from "./grain.ts";
import { keepRecent } from "./keep-recent.ts";
import { type Palette, paletteFor, withColours } from "./palette.ts";
import { type Picture, toPicture } from "./picture.ts";
import { drawCity } from "./scene/city.ts";
import { drawHills } from "./scene/hills.ts";
import { drawMark } from "./scene/mark.ts";
import { drawSea } from "./scene/sea.ts";
import type { Sheet } from "./scene/shapes.ts";
import { drawStillLife } from "./scene/still-life.ts";

/** What to paint. The same brief gives the same pixels. */
export interface SceneBrief {
  readonly prompt: string;
  readonly seed: number;
  /** Which of several pictures; each is another one. */
  readonly index: number;
  readonly width: number;
  readonly height: number;
  /** Leaves the background out. */
  readonly transparent: boolean;
  /** Colours to paint with, in place of those that the words choose. */
  readonly colours?: readonly Colour[];
  /** Colour of the sky or the wall. */
  readonly backdrop?: Colour;
}

/** Four megabytes each, at the usual size. */
const scenesKept = 8;

type Draw = (sheet: Sheet, palette: Palette, night: boolean) => string;

const drawThings: Draw = (sheet, palette) => drawStillLife(sheet, palette, true);

const scenes: readonly { readonly words: RegExp; readonly draw: Draw }[] = [
  // Whatever stands on it, a logo is a mark.
  { words: /\blogos?\b/, draw: drawMark },
  { words: /\b(sea|ocean|boat|ship|sail\w*|beach|harbou?r|lake|coast|island|water)\b/, draw: drawSea },
  { words: /\b(city|town|street|house|building|tower|skyline|village|roof\w*)\b/, draw: drawCity },
  {
    words: /\b(hill|mountain|forest|landscape|valley|meadow|tree|field|garden|desert|sky)s?\b/,
    draw: drawHills,
  },
  {
    words: /\b(vase|lamp|cup|mug|bowl|fruit|flower|table|still life|compass|bottle|pot|object)s?\b/,
    draw: drawThings,
  },
];

/** Whether the words name a place, which fills a whole picture, and not a thing. */
export function isPlace(prompt: string): boolean {
  const words = prompt.toLowerCase();
  return scenes.some(
    ({ words: known, draw }) => draw !== drawThings && draw !== drawMark && known.test(words),
  );
}

/** Draws a picture from a prompt as SVG: its words choose scene and colours, the seed everything else. */
export function drawScene(brief: SceneBrief): string {
  const { prompt, seed, index, width, height, transparent, colours = [], backdrop } = brief;
  const random = createRandom(`${seed}/${index}/${prompt}`);
  const palette = withColours(paletteFor(prompt, random), colours, backdrop);
  const words = prompt.toLowerCase();
  const sheet = { width, height, random };
  const draw = scenes.find((scene) => scene.words.test(words))?.draw ?? random.pick(scenes.slice(1)).draw;
  const night = /\b(night|moon|midnight|star|stars|space)\b/.test(words);
  const content = transparent ? drawStillLife(sheet, palette, false) : draw(sheet, palette, night);
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">${content}</svg>`;
}

/** Paints what {@link drawScene} draws. Its pixels may be shared: they are read, never written. */
export function paintScene(brief: SceneBrief): Promise<Picture> {
  return recentScenes(JSON.stringify(brief), () => paint(brief));
}

// Tests ask for the same picture again and again, and painting is most of what an answer takes.
const recentScenes = keepRecent<Promise<Picture>>(scenesKept);

async function paint(brief: SceneBrief): Promise<Picture> {
  const image = sharp(Buffer.from(drawScene(brief)));
  const grain = grainTile(`${brief.seed}/${brief.index}`, 0.22, brief);
  return toPicture(brief.transparent ? image : image.composite([grain]));
}
