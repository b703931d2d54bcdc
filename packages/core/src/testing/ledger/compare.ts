import { setImmediate } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import type { JsonValue } from "../../shared/json.ts";
import { type Command, type Outcome, randomCommands } from "./command.ts";
import { LedgerModel } from "./ledger-model.ts";
import { type Player, start } from "./play.ts";

/** Where model and database part. */
export interface Difference {
  readonly seed: number;
  readonly step: number;
  readonly command: Command | undefined;
  readonly expected: JsonValue;
  readonly found: JsonValue;
}

/** Commands of one sequence. */
export const sequenceLength = 60;

/**
 * Plays the sequence of a seed on both, and tells the first difference: of outcome, of state, or a broken promise.
 *
 * State adds up, so that looking at it after every fifth command misses nothing. Where something is wrong the sequence is
 * played again and looked at after each, to name the command.
 */
export async function compareSeed(player: Player, seed: number): Promise<Difference | undefined> {
  const commands = randomCommands(seed, sequenceLength);
  const difference = await compare(player, seed, commands, 5);
  return difference && ((await compare(player, seed, commands, 1)) ?? difference);
}

async function compare(
  player: Player,
  seed: number,
  commands: readonly Command[],
  every: number,
): Promise<Difference | undefined> {
  const model = new LedgerModel(start);
  const told = await player.play(commands, every);
  for (const [step, command] of commands.entries()) {
    const outcome = model.do(command);
    const seen = (step + 1) % every === 0 ? { state: model.state() } : {};
    const expected = comparable({ ...outcome, ...seen });
    const found = comparable(told.steps[step] ?? { ok: null });
    if (!isDeepStrictEqual(expected, found)) return { seed, step, command, expected, found };
  }
  if (told.violations.length === 0) return undefined;
  return { seed, step: commands.length, command: undefined, expected: [], found: [...told.violations] };
}

/** Of refusals for their form, the code is enough; those about money tell figures. */
function comparable(outcome: Outcome & { state?: JsonValue }): JsonValue {
  if ("ok" in outcome) return outcome as JsonValue;
  const { refused, details, state } = outcome;
  const figures = !["validation_failed"].includes(refused);
  return { refused, details: figures ? details : {}, state: state ?? null };
}

/** Plays many seeds on several connections at the same time; the first difference ends it. */
export async function compareSeeds(
  players: readonly Player[],
  seeds: Iterable<number>,
): Promise<{ played: number; difference?: Difference }> {
  const iterator = seeds[Symbol.iterator]();
  let played = 0;
  let difference: Difference | undefined;
  await Promise.all(
    players.map(async (player) => {
      for (let next = iterator.next(); !next.done && difference === undefined; next = iterator.next()) {
        const found = await compareSeed(player, next.value);
        difference ??= found;
        played += 1;
        await setImmediate(); // the embedded database never waits, and would keep the others from being heard
      }
    }),
  );
  return difference === undefined ? { played } : { played, difference };
}
