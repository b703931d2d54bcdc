import { mix, rgbOf } from "../colour.ts";
import { blend, dip, ramp, rise, type Style, saturate, scale, step } from "./brush.ts";

/** Flat, rich paint in clear steps of light. */
export const gouache: Style = {
  name: "gouache",
  words: /gouache|paint|poster|acrylic|oil/,
  broadness: 2,
  grain: 0.3,
  brush(seen, palette, { levels, line }) {
    const [shadow, glow, ink] = [rgbOf(palette.ground[2]), rgbOf(palette.sky[2]), rgbOf(palette.dark)];
    const glaze = rgbOf(palette.accents[0]);
    return (pixel, paint) => {
      const light = seen.light[pixel] ?? 0;
      const flat = step(light, levels, 0.9);
      dip(paint, seen, pixel);
      scale(paint, (0.22 + flat) / (0.22 + light));
      saturate(paint, 1.5);
      blend(paint, glaze, 0.26 * (1 - Math.abs(2 * flat - 1)));
      blend(paint, shadow, 0.38 * (1 - rise(flat, 0, 0.45)));
      blend(paint, glow, 0.34 * rise(flat, 0.55, 1));
      blend(paint, ink, 0.5 * line * rise(seen.edges[pixel] ?? 0, 0.55, 1));
    };
  },
};

/** Thin washes on white paper, with pigment gathered along the contours. */
export const watercolour: Style = {
  name: "watercolour",
  words: /watercolou?r|aquarelle|wash|sketch|pastel/,
  broadness: 2,
  grain: 0.55,
  brush(seen, palette, { levels, line }) {
    const [paper, tint] = [rgbOf(mix(palette.light, "#ffffff", 0.4)), rgbOf(palette.accents[0])];
    return (pixel, paint) => {
      const light = seen.light[pixel] ?? 0;
      const wash = step(light, levels + 1, 1);
      dip(paint, seen, pixel);
      saturate(paint, 1.7);
      scale(paint, 1.12);
      blend(paint, tint, 0.16 * (1 - wash));
      blend(paint, paper, 0.18 + 0.78 * rise(wash, 0.35, 1));
      scale(paint, 1 - 0.34 * line * rise(seen.edges[pixel] ?? 0, 0.35, 1));
    };
  },
};

/** Brush and ink: contours, and three greys of diluted ink. */
export const ink: Style = {
  name: "ink",
  words: /\bink\b|sumi|manga|comic|line art|pen\b|drawing|black and white/,
  broadness: 1,
  grain: 0.4,
  brush(seen, palette, { levels, line }) {
    const [paper, black] = [mix("#f7f1e3", palette.light, 0.3), mix("#191722", palette.dark, 0.35)];
    const tones = ramp([black, mix(paper, black, 0.62), mix(paper, black, 0.24), paper, paper]);
    const [pen, accent] = [rgbOf(black), rgbOf(palette.accents[1])];
    return (pixel, paint) => {
      const light = seen.light[pixel] ?? 0;
      const wash = step(light, levels, 0.8);
      tones(wash, paint);
      blend(paint, accent, 0.3 * rise(light, 0.18, 0.32) * (1 - rise(light, 0.34, 0.5)));
      blend(paint, pen, Math.min(1, 0.95 * line * rise(seen.edges[pixel] ?? 0, 0.4, 0.85)));
    };
  },
};

/** White glaze and cobalt, as on a painted plate. */
export const porcelain: Style = {
  name: "porcelain",
  words: /porcelain|delft|china|ceramic|glaze/,
  broadness: 2,
  grain: 0.06,
  brush(seen, palette, { levels, line }) {
    const cobalt = mix("#16337f", palette.accents[0], 0.12);
    const tones = ramp([cobalt, mix(cobalt, "#7fa0dd", 0.55), "#c9d8f3", "#f5f8fd", "#ffffff"]);
    const brushed = rgbOf(mix(cobalt, "#0a1740", 0.4));
    return (pixel, paint) => {
      const light = seen.light[pixel] ?? 0;
      tones(0.7 * step(light, levels, 1) + 0.3 * light, paint);
      blend(paint, brushed, Math.min(1, 0.75 * line * rise(seen.edges[pixel] ?? 0, 0.5, 1)));
    };
  },
};
