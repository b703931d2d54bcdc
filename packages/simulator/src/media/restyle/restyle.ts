import { createRandom } from "../../random.ts";
import { colourOf } from "../colour.ts";
import { grainTile } from "../grain.ts";
import type { SceneBrief } from "../paint-scene.ts";
import { type Palette, paletteFor, withColours } from "../palette.ts";
import { averageColour, open, type Picture, toPicture } from "../picture.ts";
import type { Paint, Style } from "./brush.ts";
import { blueprint, clay, cutPaper } from "./made-styles.ts";
import { gouache, ink, porcelain, watercolour } from "./painted-styles.ts";
import { study } from "./study.ts";

const styles: readonly Style[] = [cutPaper, blueprint, porcelain, clay, ink, watercolour, gouache];

/**
 * Paints a photo over in a style that the prompt names, or else in one drawn by seed and prompt.
 *
 * The motif stays what it was; colours, number of tones and weight of lines differ with the index.
 *
 * @param references - further pictures, whose colours are taken into the palette.
 */
export async function restyle(
  original: Picture,
  brief: SceneBrief,
  references: readonly Picture[],
): Promise<Picture> {
  const { prompt, seed, index, colours = [], backdrop } = brief;
  const words = prompt.toLowerCase();
  const named = styles.find((style) => style.words.test(words));
  const style = named ?? createRandom(`${seed}/${prompt}`).pick([gouache, watercolour, cutPaper, ink]);
  const random = createRandom(`${seed}/${index}/${prompt}`);
  const palette = varied(withColours(paletteFor(prompt, random), colours, backdrop), index, references);
  const variation = { levels: 4 + ((index + random.whole(0, 1)) % 3), line: random.between(0.8, 1.15) };

  const seen = await study(original, style.broadness);
  const brush = style.brush(seen, palette, variation);
  const data = Buffer.from(original.data);
  const paint: Paint = [0, 0, 0];
  for (let pixel = 0, at = 0; at < data.length; pixel++, at += 4) {
    brush(pixel, paint);
    for (let channel = 0; channel < 3; channel++) {
      data[at + channel] = Math.max(0, Math.min(255, paint[channel] ?? 0));
    }
  }
  const painted = open({ ...original, data });
  return toPicture(painted.composite([grainTile(`${seed}/${index}`, style.grain, original)]));
}

/** Turns the accents once for each picture of a call, and lets references lend their colours. */
function varied(palette: Palette, index: number, references: readonly Picture[]): Palette {
  const lent = references.slice(0, 3).map((picture) => colourOf(averageColour(picture)));
  const [a, b, c] = [...lent, ...palette.accents];
  const accents = [a ?? "#888888", b ?? "#888888", c ?? "#888888"];
  const turned = (step: number) => accents[(index + step) % 3] ?? "#888888";
  return { ...palette, accents: [turned(0), turned(1), turned(2)] };
}
