import type { Random } from "../random.ts";
import { type Colour, mix } from "./colour.ts";

/** The colours of one picture or object. */
export interface Palette {
  /** Light of the sky, from the top down. */
  readonly sky: readonly [Colour, Colour, Colour];
  /** Land or table, from far to near. */
  readonly ground: readonly [Colour, Colour, Colour];
  /** Colours that catch the eye. */
  readonly accents: readonly [Colour, Colour, Colour];
  readonly dark: Colour;
  readonly light: Colour;
}

function palette(sky: string, ground: string, accents: string, dark: Colour, light: Colour): Palette {
  const three = (text: string) => text.split(" ") as unknown as readonly [Colour, Colour, Colour];
  return { sky: three(sky), ground: three(ground), accents: three(accents), dark, light };
}

const moods: readonly { readonly words: RegExp; readonly palette: Palette }[] = [
  {
    words: /sunset|dusk|evening|autumn|fall|warm|desert|canyon/,
    palette: palette(
      "#3d2c5e #c8556d #f7b267",
      "#b5636b #7a3e55 #2f1f3a",
      "#ffd08a #f26b5b #fff1cf",
      "#241631",
      "#fff4dc",
    ),
  },
  {
    words: /night|moon|star|midnight|space|dark/,
    palette: palette(
      "#0b1030 #1c2c5b #4a5d94",
      "#2b3d6b #182650 #0a1230",
      "#ffe9a8 #8fb4ff #f4f6ff",
      "#070b20",
      "#f2f4ff",
    ),
  },
  {
    words: /winter|snow|ice|cold|frost|arctic/,
    palette: palette(
      "#7fa6c9 #bcd4e6 #f0ecec",
      "#c3d6e4 #8fb0c8 #4d728f",
      "#f2a07b #ffffff #5fa3b8",
      "#23394d",
      "#fbfdff",
    ),
  },
  {
    words: /forest|green|hill|jungle|garden|meadow|spring|leaf|plant/,
    palette: palette(
      "#a9d0c4 #d7e6c5 #f6efcf",
      "#86ad86 #4d7f63 #1f4a41",
      "#f0b65c #e8775b #fff6da",
      "#14332f",
      "#fbf7e6",
    ),
  },
  {
    words: /sea|ocean|beach|harbou?r|boat|sail|lake|river|water|coast/,
    palette: palette(
      "#69b2d1 #b4dbe2 #fbe8c8",
      "#4fa3b5 #2a7a97 #12486a",
      "#ff9b71 #ffd97d #fdfcf3",
      "#0d2f47",
      "#fffaf0",
    ),
  },
  {
    words: /candy|toy|pastel|baby|sweet|cartoon|cute/,
    palette: palette(
      "#ffb8d2 #ffd9c7 #fff3d6",
      "#b8c9f2 #a58fd8 #6a5aa8",
      "#ff7a90 #6fd3c3 #fff7e0",
      "#3d2f63",
      "#fffaf3",
    ),
  },
  {
    words: /brass|gold|copper|bronze|vintage|antique|steampunk|coffee|wooden/,
    palette: palette(
      "#5c4636 #a27a4c #e3c48d",
      "#8f653b #5b3d27 #2c1d15",
      "#e2b04a #c9763c #f6e3b6",
      "#20140e",
      "#f8ecd2",
    ),
  },
];

const defaults: readonly Palette[] = [
  palette(
    "#6fa8c9 #c2dbe0 #fbe6cd",
    "#9db38a #5f8a6e #2b5350",
    "#f29f67 #e4572e #fff3dc",
    "#1b3236",
    "#fffaf0",
  ),
  palette(
    "#e39b8b #f3c6a5 #fbead0",
    "#c98a78 #8a5a6a #46344f",
    "#3e7c8c #f2c14e #fff8e8",
    "#2b2036",
    "#fff8ee",
  ),
  palette(
    "#5b7db1 #a9bfdc #f2e3d5",
    "#7f94b5 #4b618c #22335a",
    "#f4b860 #d9596a #fdf3e3",
    "#141f3d",
    "#fbf6ee",
  ),
];

const named: Readonly<Record<string, Colour>> = {
  red: "#d64545",
  crimson: "#b3243b",
  orange: "#f08a3c",
  yellow: "#f2c84b",
  gold: "#d9a634",
  brass: "#c9a13f",
  copper: "#b8693d",
  green: "#4f9d69",
  sage: "#9caf88",
  teal: "#2f8f8b",
  turquoise: "#43b8b0",
  blue: "#3f74c9",
  navy: "#243b74",
  purple: "#7d56b5",
  violet: "#8a63c7",
  lavender: "#b7a3dc",
  pink: "#ef8fae",
  rose: "#dd7389",
  brown: "#8a5a3b",
  black: "#2a2a30",
  white: "#f6f3ec",
  grey: "#9aa0a6",
  gray: "#9aa0a6",
  silver: "#c3c8cf",
  terracotta: "#c8673f",
  cream: "#f4e8cf",
};

/** Chooses colours: the mood from the prompt's words, the accents from colours it names, the rest by chance. */
export function paletteFor(prompt: string, random: Random): Palette {
  const words = prompt.toLowerCase();
  const chosen = moods.find((mood) => mood.words.test(words))?.palette ?? random.pick(defaults);
  return withColours(chosen, coloursNamed(words).slice(0, 2));
}

/** The colours that a text names, in its order. */
export function coloursNamed(text: string): Colour[] {
  return (text.toLowerCase().match(/[a-z]+/g) ?? []).flatMap((word) => named[word] ?? []);
}

/** A palette with other accents, which tint its ground as well, and with another backdrop. */
export function withColours(
  palette: Palette,
  [first, second, third]: readonly Colour[],
  backdrop?: Colour,
): Palette {
  const { accents, ground, sky } = palette;
  const tinted = (colour: Colour) => (first === undefined ? colour : mix(colour, first, 0.22));
  const lit = (colour: Colour) => (backdrop === undefined ? colour : mix(backdrop, colour, 0.12));
  return {
    ...palette,
    accents:
      first === undefined ? accents : [first, second ?? mix(first, accents[1], 0.6), third ?? accents[2]],
    ground: [tinted(ground[0]), tinted(ground[1]), tinted(ground[2])],
    sky: [lit(sky[0]), lit(sky[1]), lit(sky[2])],
  };
}
