import sharp from "sharp";
import { createRandom } from "../random.ts";
import { grainTile } from "./grain.ts";
import { type Palette, paletteFor } from "./palette.ts";
import { type Picture, toPicture } from "./picture.ts";
import { drawCity } from "./scene/city.ts";
import { drawHills } from "./scene/hills.ts";
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
}

type Draw = (sheet: Sheet, palette: Palette, night: boolean) => string;

const scenes: readonly { readonly words: RegExp; readonly draw: Draw }[] = [
  { words: /\b(sea|ocean|boat|ship|sail\w*|beach|harbou?r|lake|coast|island|water)\b/, draw: drawSea },
  { words: /\b(city|town|street|house|building|tower|skyline|village|roof\w*)\b/, draw: drawCity },
  {
    words: /\b(hill|mountain|forest|landscape|valley|meadow|tree|field|garden|desert|sky)s?\b/,
    draw: drawHills,
  },
  {
    words: /\b(vase|lamp|cup|mug|bowl|fruit|flower|table|still life|compass|bottle|pot|object|logo)s?\b/,
    draw: (sheet, palette) => drawStillLife(sheet, palette, true),
  },
];

/** Paints a picture from a prompt: its words choose scene and colours, the seed everything else. */
export async function paintScene(brief: SceneBrief): Promise<Picture> {
  const { prompt, seed, index, width, height, transparent } = brief;
  const random = createRandom(`${seed}/${index}/${prompt}`);
  const palette = paletteFor(prompt, random);
  const words = prompt.toLowerCase();
  const sheet = { width, height, random };
  const draw = scenes.find((scene) => scene.words.test(words))?.draw ?? random.pick(scenes).draw;
  const night = /\b(night|moon|midnight|star|stars|space)\b/.test(words);
  const content = transparent ? drawStillLife(sheet, palette, false) : draw(sheet, palette, night);
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">${content}</svg>`;
  const image = sharp(Buffer.from(svg));
  return toPicture(transparent ? image : image.composite([grainTile(`${seed}/${index}`, 0.22, sheet)]));
}
