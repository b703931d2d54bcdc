import type { Random } from "../../random.ts";
import type { ProfilePoint } from "./lathe.ts";

/** A kind of thing that can be turned, and what to call it. */
export interface Turned {
  readonly name: string;
  readonly words: RegExp;
  /** The textured body: foot, outside, lip, inside. Heights 0 to 1, radii to match. */
  readonly body: (random: Random) => ProfilePoint[];
  /** A second, plain part, e.g. a lamp's shade. */
  readonly second?: (random: Random) => ProfilePoint[];
  readonly handle?: boolean;
}

/** Everything that can be turned. The last one is for prompts that name none of them. */
export const turnedThings: readonly Turned[] = [
  {
    name: "lamp",
    words: /\b(lamp|light|lantern)s?\b/,
    body: (r) => {
      const foot = r.between(0.2, 0.26);
      const knob = r.between(0.05, 0.09);
      return [
        [0, 0],
        [foot, 0],
        [foot, 0.03],
        [foot * 0.5, 0.07],
        [0.035, 0.12],
        [0.03, 0.22],
        [knob, 0.3],
        [knob * 0.9, 0.36],
        [0.028, 0.44],
        [0.025, 0.62],
        [0, 0.62],
      ];
    },
    second: (r) => {
      const [wide, top] = [r.between(0.3, 0.36), r.between(0.13, 0.2)];
      return [
        [wide - 0.02, 0.5],
        [wide, 0.49],
        [wide, 0.51],
        [(wide + top) / 2, 0.72],
        [top, 0.93],
        [top - 0.015, 0.935],
        [(wide + top) / 2 - 0.02, 0.72],
        [wide - 0.02, 0.5],
      ];
    },
  },
  {
    name: "cup",
    words: /\b(cup|mug|teacup|tumbler|tea|coffee)s?\b/,
    handle: true,
    body: (r) => {
      const [foot, lip] = [r.between(0.2, 0.28), r.between(0.3, 0.36)];
      return [
        [0, 0.02],
        [foot * 0.8, 0.02],
        [foot, 0],
        [foot * 1.06, 0.05],
        [lip * 0.96, 0.3],
        [lip, 0.62],
        [lip - 0.015, 0.635],
        [lip - 0.035, 0.6],
        [lip * 0.9 - 0.03, 0.3],
        [foot * 0.9, 0.09],
        [0, 0.07],
      ];
    },
  },
  {
    name: "bowl",
    words: /\b(bowl|dish|plate|basin)s?\b/,
    body: (r) => {
      const lip = r.between(0.46, 0.52);
      return [
        [0, 0.02],
        [0.16, 0.02],
        [0.18, 0],
        [0.2, 0.04],
        [lip * 0.75, 0.14],
        [lip, 0.34],
        [lip - 0.015, 0.35],
        [lip - 0.035, 0.33],
        [lip * 0.7, 0.16],
        [0.15, 0.08],
        [0, 0.07],
      ];
    },
  },
  {
    name: "chess piece",
    words: /\b(chess|pawn|bishop|queen|king|figure|figurine|character|robot|statue|trophy)s?\b/,
    body: (r) => {
      const head = r.between(0.13, 0.17);
      return [
        [0, 0],
        [0.27, 0],
        [0.28, 0.06],
        [0.22, 0.1],
        [0.24, 0.13],
        [0.15, 0.2],
        [0.09, 0.42],
        [0.085, 0.56],
        [0.16, 0.6],
        [0.08, 0.65],
        [head, 0.78],
        [head * 0.75, 0.9],
        [0.03, 0.95],
        [0.04, 0.985],
        [0, 1.01],
      ];
    },
  },
  {
    name: "bottle",
    words: /\b(bottle|flask|jar|jug|perfume)s?\b/,
    body: (r) => {
      const belly = r.between(0.2, 0.25);
      return [
        [0, 0.03],
        [belly * 0.8, 0.01],
        [belly, 0.04],
        [belly, 0.45],
        [belly * 0.85, 0.58],
        [0.07, 0.7],
        [0.06, 0.88],
        [0.085, 0.91],
        [0.08, 0.96],
        [0.045, 0.96],
        [0.045, 0.7],
        [0, 0.62],
      ];
    },
  },
  {
    name: "vase",
    words: /./,
    body: (r) => {
      const [foot, belly, neck, lip] = [
        r.between(0.13, 0.18),
        r.between(0.26, 0.36),
        r.between(0.08, 0.13),
        r.between(0.15, 0.22),
      ];
      const at = r.between(0.34, 0.5);
      return [
        [0, 0.02],
        [foot * 0.9, 0.02],
        [foot, 0],
        [foot * 1.03, 0.04],
        [belly * 0.95, at * 0.65],
        [belly, at],
        [belly * 0.72, at + 0.2],
        [neck, 0.8],
        [neck * 1.05, 0.88],
        [lip, 0.98],
        [lip - 0.015, 0.99],
        [neck * 0.8, 0.87],
        [neck * 0.7, 0.78],
        [belly * 0.6, at + 0.1],
        [0, at * 0.5],
      ];
    },
  },
];
