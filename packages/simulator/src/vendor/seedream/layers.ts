import { lightness } from "../../media/colour.ts";
import { open, type Picture, shrinkTo, toPicture } from "../../media/picture.ts";

/** One layer of a picture, cut to where there is something in it. */
export interface Layer {
  readonly picture: Picture;
  readonly zIndex: number;
  readonly name: string;
  readonly description: string;
  /** Left, top, right and bottom, in pixels of the whole. */
  readonly box: readonly [number, number, number, number];
  readonly whole: { readonly width: number; readonly height: number };
}

const bands = ["shadows", "dark tones", "light tones", "highlights"];
const longestSide = 1600;

/** Takes a picture apart by its lightness: laid over each other from below, the layers are the picture again. */
export async function takeApart(original: Picture): Promise<Layer[]> {
  const whole = await shrinkTo(original, longestSide);
  const { data, width, height } = whole;
  const layers: Layer[] = [];
  for (const [band, name] of bands.entries()) {
    const cut = Buffer.alloc(data.length);
    let [left, top, right, bottom] = [width, height, 0, 0];
    for (let at = 0; at < data.length; at += 4) {
      const light = lightness([data[at] ?? 0, data[at + 1] ?? 0, data[at + 2] ?? 0]);
      if (Math.floor(light * 0.999 * bands.length) !== band || data[at + 3] === 0) continue;
      data.copy(cut, at, at, at + 4);
      const [x, y] = [(at / 4) % width, Math.floor(at / 4 / width)];
      [left, right] = [Math.min(left, x), Math.max(right, x + 1)];
      [top, bottom] = [Math.min(top, y), Math.max(bottom, y + 1)];
    }
    if (left >= right) continue;
    const region = { left, top, width: right - left, height: bottom - top };
    layers.push({
      picture: await toPicture(open({ data: cut, width, height }).extract(region)),
      zIndex: layers.length,
      name,
      description: `The ${name} of the picture`,
      box: [left, top, right, bottom],
      whole: { width, height },
    });
  }
  return layers;
}
