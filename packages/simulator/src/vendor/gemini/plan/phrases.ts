import type { Random } from "../../../random.ts";

const views = [
  "three-quarter view",
  "seen from slightly above",
  "close-up of its finest detail",
  "full front view, centred",
  "low angle, close to the ground",
  "wide shot with room to breathe",
  "profile against a plain wall",
  "flat lay from straight above",
];
const lights = [
  "soft window light from the left",
  "warm evening light with long shadows",
  "even studio light on a seamless background",
  "cool morning haze",
  "a single lamp in a dark room",
  "bright noon sun with crisp shadows",
  "golden rim light from behind",
  "overcast sky, gentle contrast",
];
const manners = [
  "gouache on toned paper",
  "fine ink with a watercolour wash",
  "photograph on medium format film",
  "matte clay render",
  "cut paper in layers",
  "flat vector shapes with bold outlines",
  "oil paint with visible brushwork",
  "isometric game art",
];
const colours = [
  "sage green and cream",
  "navy and brass",
  "terracotta and teal",
  "rose and charcoal",
  "copper on deep blue",
  "muted lavender and gold",
  "black, white and one red accent",
  "honey yellow and walnut brown",
];
const flaws = ["blurry", "watermark", "text", "extra limbs", "cropped", "low contrast", "noise"];
const tags = [
  "detailed",
  "studio",
  "concept",
  "crafted",
  "painterly",
  "quiet",
  "bold",
  "prop",
  "cosy",
  "timeless",
];

/** Draws words for the `turn`th of several things: neighbours never share a view, a light or a manner. */
export interface Phrases {
  prompt(subject: string, turn: number): string;
  view(turn: number): string;
  light(turn: number): string;
  manner(turn: number): string;
  colours(turn: number): string;
  flaws(turn: number): string;
  tag(turn: number): string;
}

/** Shuffles each list once, by the seed. */
export function createPhrases(random: Random): Phrases {
  const from = (list: readonly string[]) => {
    const start = random.whole(0, list.length - 1);
    // Steps prime to the lists' length, so that every phrase has its turn before one comes again.
    const step = random.pick([1, 3]);
    return (turn: number) => list[(start + turn * step) % list.length] ?? "";
  };
  const [view, light, manner, colour, tag] = [
    from(views),
    from(lights),
    from(manners),
    from(colours),
    from(tags),
  ];
  const first = random.whole(0, flaws.length - 3);
  return {
    view,
    light,
    manner,
    tag,
    colours: colour,
    flaws: (turn) => flaws.slice(first, first + 3 + (turn % 2)).join(", "),
    prompt(subject, turn) {
      const round = Math.floor(turn / views.length);
      // A second round pairs the same views with other lights: no two of many prompts are alike.
      return `${subject}, ${view(turn)}, ${light(turn + round)}, ${manner(turn + 2 * round)}, ${colour(turn + 3 * round)}`;
    },
  };
}
