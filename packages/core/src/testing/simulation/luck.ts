import type { Dice } from "../generations/scheduler.ts";

/** What a seed decides. */
export interface Luck {
  /** A whole number, both ends included. */
  between(least: number, most: number): number;
  oneOf<Item>(items: readonly Item[]): Item;
  /** True once in so many times. */
  once(inSoMany: number): boolean;
  /** Something goes wrong once in so many times, by the weather; never while it is calm. */
  badly(inSoMany: number): boolean;
  /** One of the troubles, each with how often it comes: `{ refused: 20 }` is once in twenty. Mostly none. */
  trouble<Name extends string>(oneIn: Readonly<Record<Name, number>>): Name | undefined;
  /** How long a message travels, in ms: mostly short. */
  latencyMs(): number;
  /** Nothing goes wrong from now on. */
  calm(): void;
  readonly weather: string;
}

/** How much more seldom than written things go wrong. */
const weathers = { storm: 1, rain: 3, breeze: 10, sun: Number.POSITIVE_INFINITY } as const;

/** Reads a seed's luck from its dice. The weather is the first throw: some seeds have little trouble, some much. */
export function luckOf(draw: Dice): Luck {
  const between = (least: number, most: number) => least + draw.below(most - least + 1);
  const oneOf = <Item>(items: readonly Item[]) => items[draw.below(items.length)] as Item;
  const weather = oneOf(["storm", "storm", "rain", "rain", "rain", "breeze", "sun"] as const);
  let factor: number = weathers[weather];
  const badly = (inSoMany: number) =>
    Number.isFinite(factor) && draw.below(Math.ceil(inSoMany * factor)) === 0;
  return {
    weather,
    between,
    oneOf,
    badly,
    once: (inSoMany) => draw.below(inSoMany) === 0,
    trouble(oneIn) {
      for (const [name, inSoMany] of Object.entries<number>(oneIn))
        if (badly(inSoMany)) return name as keyof typeof oneIn;
      return undefined;
    },
    latencyMs: () => (draw.below(20) === 0 ? between(200, 2000) : between(1, 40)),
    calm() {
      factor = Number.POSITIVE_INFINITY;
    },
  };
}
