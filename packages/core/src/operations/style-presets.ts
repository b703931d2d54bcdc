/** One preset: words that are joined to the prompt. */
interface StylePreset {
  /** Shown to people. */
  readonly title: string;
  /** Appended to the prompt of a picture. */
  readonly image: string;
  /** Appended to the prompt of a 3D model. */
  readonly model: string;
}

/** Recorded with each generation, so that an old one can be explained after the table changed. */
export const stylePresetsVersion = 1;

/** The table of presets. A change to any text needs a new `stylePresetsVersion`. */
export const stylePresets = {
  gouache: {
    title: "Gouache",
    image: "painted in gouache, broad opaque brush strokes, matte paper",
    model: "hand-painted gouache surface",
  },
  clay: {
    title: "Clay",
    image: "modelled in clay, soft fingerprints, studio light",
    model: "smooth modelling clay",
  },
  ink: {
    title: "Ink",
    image: "ink drawing, confident brush lines, white paper",
    model: "black ink lines on white",
  },
  porcelain: {
    title: "Porcelain",
    image: "glazed porcelain, fine cracks, soft reflections",
    model: "glazed white porcelain",
  },
  blueprint: {
    title: "Blueprint",
    image: "technical blueprint, white lines on Prussian blue",
    model: "blueprint blue with white construction lines",
  },
  paper: {
    title: "Cut paper",
    image: "cut paper collage, flat shapes, few colours, soft shadows",
    model: "folded and cut paper",
  },
} as const satisfies Record<string, StylePreset>;

/** The name of a preset. */
export type Style = keyof typeof stylePresets;

/**
 * The words that go to the provider: the user's own, then the preset's. Pure. A style that is no preset of ours is the
 * provider's own: it adds no words.
 */
export function applyStyle(
  prompt: string | undefined,
  style: string | undefined,
  output: "image" | "model",
): string | undefined {
  if (style === undefined || !Object.hasOwn(stylePresets, style)) return prompt;
  const words = stylePresets[style as Style][output];
  return prompt ? `${prompt}, ${words}` : words;
}
