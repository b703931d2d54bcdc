import { lightness, mix, rgbOf } from "../colour.ts";
import { blend, dip, type Paint, ramp, rise, type Style, saturate, scale, step } from "./brush.ts";
import type { Study } from "./study.ts";

/** Sheets of coloured paper, one on the other, each with its shadow. */
export const cutPaper: Style = {
  name: "cut paper",
  words: /cut.?paper|paper|collage|layer|origami|felt/,
  broadness: 6,
  grain: 0.35,
  brush(seen, palette, { levels }) {
    const colours = [
      palette.dark,
      palette.ground[2],
      mix(palette.ground[1], palette.accents[1], 0.45),
      palette.accents[0],
      mix(palette.sky[2], palette.light, 0.5),
    ];
    // From dark to light, or the motif's shadows would come out brighter than its lights.
    const sheets = ramp(colours.sort((a, b) => lightness(rgbOf(a)) - lightness(rgbOf(b))));
    const layer = (pixel: number) => Math.floor((seen.light[pixel] ?? 0) * 0.999 * levels);
    const reach = Math.max(3, Math.round(seen.width / 170));
    return (pixel, paint) => {
      const own = layer(pixel);
      sheets((own + 0.3) / (levels - 0.4), paint);
      for (const distance of [1, 0.66, 0.33]) {
        const shift = Math.round(reach * distance);
        if (layer(pixel - shift * seen.width - shift) > own) scale(paint, 0.86);
      }
      const below = layer(pixel + seen.width * 2 + 2);
      if (below < own) blend(paint, [255, 255, 255], 0.28);
    };
  },
};

/** White lines on blue, with the grid of the drawing board. */
export const blueprint: Style = {
  name: "blueprint",
  words: /blueprint|technical|schematic|plan\b|cyanotype/,
  broadness: 1,
  grain: 0.25,
  brush(seen, palette, { line }) {
    const blue = mix("#17478c", palette.accents[0], 0.08);
    const tones = ramp([mix(blue, "#081f45", 0.45), blue, mix(blue, "#8fb6ea", 0.34)]);
    const grid = Math.max(16, Math.round(seen.width / 32));
    return (pixel, paint) => {
      tones(step(seen.light[pixel] ?? 0, 5, 1), paint);
      const [x, y] = [pixel % seen.width, Math.floor(pixel / seen.width)];
      const major = x % (grid * 4) < 2 || y % (grid * 4) < 2;
      if (major || x % grid === 0 || y % grid === 0) blend(paint, [255, 255, 255], major ? 0.2 : 0.1);
      blend(paint, [240, 247, 255], Math.min(1, line * rise(seen.edges[pixel] ?? 0, 0.3, 0.8)));
    };
  },
};

/** Soft clay lit from the side: lightness becomes height. */
export const clay: Style = {
  name: "clay",
  words: /clay|terracotta|plasticine|stone|bronze|sculpt|relief/,
  broadness: 3,
  grain: 0.2,
  brush(seen, palette, { line }) {
    const body = mix("#c77b54", palette.accents[0], 0.25);
    const tones = ramp([
      mix(body, palette.dark, 0.72),
      mix(body, palette.dark, 0.25),
      body,
      mix(body, "#fff3e0", 0.6),
    ]);
    const tint: Paint = [0, 0, 0];
    return (pixel, paint) => {
      tones(0.18 + 0.6 * (seen.light[pixel] ?? 0), paint);
      dip(tint, seen, pixel);
      saturate(tint, 1.4);
      blend(paint, tint, 0.22);
      scale(paint, Math.max(0.45, Math.min(1.55, 1 + slope(seen, pixel) * 5 * line)));
    };
  },
};

/** How steeply the lightness rises towards the lamp, at the upper left. */
function slope({ light, width }: Study, pixel: number): number {
  const reach = 3;
  const towards = light[pixel - reach * width - reach] ?? light[pixel] ?? 0;
  const away = light[pixel + reach * width + reach] ?? light[pixel] ?? 0;
  return away - towards;
}
