/** One thing to measure: what it does in a second. */
export type Measure = () => Promise<number>;

/**
 * Measures everything in turn, `rounds` times: what else the machine does falls on all of them alike.
 *
 * Returns the figures by name, one a round. The first round warms up and is not counted.
 */
export async function inTurns<Name extends string>(
  measures: Readonly<Record<Name, Measure>>,
  rounds: number,
): Promise<Record<Name, number[]>> {
  const names = Object.keys(measures) as Name[];
  const figures = Object.fromEntries(names.map((name) => [name, [] as number[]])) as Record<Name, number[]>;
  for (let round = 0; round <= rounds; round += 1)
    for (const name of names) {
      const figure = await measures[name]();
      if (round > 0) figures[name].push(figure);
    }
  return figures;
}

/** The middle of the rounds' own ratios: numerator and denominator of each were measured one after the other. */
export function ratioOf(figures: readonly number[], of: readonly number[]): number {
  return median(figures.map((figure, round) => figure / (of[round] ?? Number.NaN)));
}

export function median(figures: readonly number[]): number {
  const sorted = figures.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2;
}
