import { isDeepStrictEqual } from "node:util";
import type { JsonValue } from "../../shared/json.ts";
import { randomCommands, seededRandom } from "./command.ts";
import type { Player, Timed } from "./play.ts";
import type { Seen, SeenWallet } from "./tell-sql.ts";

// V3 of `reliability-spec.md` 6: programs that must come to the same, and what "the same" means for each pair.

/** Two programs' ledgers, as far as they must be equal. */
export interface Pair {
  readonly expected: JsonValue;
  readonly found: JsonValue;
  readonly violations: readonly JsonValue[];
}

/** A relation between a random program and another one made of it. */
export type Relation = (player: Player, seed: number) => Promise<Pair>;

type Random = (below: number) => number;

const length = 60;
const day = 86_400_000;
const longTime = 400 * day;

/** A step of a program, with its number in the program it was made of. What was put in has none, or names what it repeats. */
interface Step extends Timed {
  readonly number?: number;
  readonly repeats?: number;
}

function randomProgram(seed: number): { steps: Step[]; random: Random } {
  const random = seededRandom(seed ^ 0x5eed);
  let at = 0;
  const steps = randomCommands(seed, length).flatMap((command, number): Step[] => {
    at += 1 + (command.do === "wait" ? command.ms : 0);
    return command.do === "wait" ? [] : [{ at, command, number }];
  });
  return { steps, random: (below) => Math.floor(random() * below) };
}

const end = (steps: readonly Step[]) => steps.at(-1)?.at ?? 0;

/** Sweeps with batches of this size until certainly nothing is left. */
function sweepAll(at: number, count: number): Step[] {
  const calls = Math.ceil((2 * length) / Math.max(1, count * 3));
  return Array.from({ length: count >= 1000 ? 1 : calls }, () => ({
    at,
    command: { do: "expire_due", count },
  }));
}

/**
 * A period in one go, swept at three moments, equals the same period cut into pieces: swept at any further moments, with
 * batches of any size, visited again and visited late. Holds outlast the period: one that is past its time is its owner's
 * until a sweep has reached it, and that a sweep makes a difference to it is promised.
 */
export const cutIntoPieces: Relation = async (player, seed) => {
  const { steps, random } = randomProgram(seed);
  const period = steps
    .filter(({ command }) => command.do !== "expire_due" && command.do !== "balance_at")
    .map(
      (step): Step =>
        step.command.do === "hold" ? { ...step, command: { ...step.command, expiresInMs: longTime } } : step,
    );
  const last = end(period) + 40 * day;
  const checkpoints = [period[Math.floor(period.length / 3)]?.at ?? 0, end(period), last];
  const batch = () => [1, 1, 2, 3, 7, 1000][random(6)] ?? 1;
  const further = period
    .filter(() => random(3) === 0)
    .map((step): Step => ({ at: step.at + random(2), command: { do: "expire_due", count: batch() } }));
  const whole = inOrder(
    period,
    checkpoints.flatMap((at) => sweepAll(at, 1000)),
  );
  const pieces = inOrder(
    inOrder(visits(period, checkpoints, random), further),
    checkpoints.flatMap((at) => sweepAll(at, batch())),
  );
  const between = period.filter(() => random(8) === 0).map((step) => step.at);
  const moments = [...checkpoints, ...between].sort((a, b) => a - b);
  const swept = moments.map((at) => checkpoints.includes(at));
  return compare(player, [whole, pieces], moments, (steps, seen) => ({
    outcomes: outcomes(steps, seen, ["seq", "balance_after", "lot"], ["welcome"]),
    wallets: apartFromSweeps(seen, swept),
  }));
};

/** The same sweeps in batches of one or in one: holds that time out included. */
export const cutIntoBatches: Relation = async (player, seed) => {
  const { steps, random } = randomProgram(seed);
  const moments = someMoments(steps, random);
  const swept = (count: () => number) =>
    steps.flatMap(({ at, ...step }) => {
      if (step.command.do === "balance_at") return [];
      return step.command.do === "expire_due" ? sweepAll(at, count()) : [{ at, ...step }];
    });
  return compare(player, [swept(() => 1000), swept(() => 1 + random(3))], moments, (made, seen) => ({
    outcomes: outcomes(made, seen, ["seq", "balance_after"]),
    wallets: apartFromSweeps(
      seen,
      moments.map(() => true),
    ),
  }));
};

/** Whatever was accepted may be delivered again, in whole prefixes, at any time: not a row is different. */
export const deliveredAgain: Relation = async (player, seed) => {
  const { steps, random } = randomProgram(seed);
  const moments = someMoments(steps, random);
  const { steps: answers } = await player.tell(steps, moments);
  const keyed = new Set(["grant", "hold", "capture", "release", "refund", "adjust", "payment_event"]);
  const accepted = steps.filter(
    ({ command }, index) => keyed.has(command.do) && "ok" in (answers[index] ?? {}),
  );
  const at = new Set([random(steps.length), random(steps.length), steps.length - 1]);
  const again = steps.flatMap((step, index): Step[] => {
    if (!at.has(index)) return [step];
    const prefix = accepted.filter(({ number = 0 }) => number <= (step.number ?? 0));
    return [step, ...prefix.map(({ command, number = 0 }) => ({ at: step.at, command, repeats: number }))];
  });
  return compare(player, [steps, again], moments, (made, seen) => ({
    outcomes: outcomes(made, seen, []),
    // A repetition is answered as the first time; a hold, with what has become of it meanwhile.
    repeated: made.every(
      (step, index) =>
        step.repeats === undefined ||
        step.command.do === "hold" ||
        isDeepStrictEqual(
          seen.steps[index],
          answers[steps.findIndex(({ number }) => number === step.repeats)],
        ),
    ),
    wallets: seen.wallets as unknown as JsonValue,
  }));
};

/** Wallets know nothing of each other: their commands may come in any order that keeps each wallet's own. */
export const shuffledWallets: Relation = async (player, seed) => {
  const { steps, random } = randomProgram(seed);
  const own = steps.map((step) => ({ ...step, command: ofItsWallet(step.command) }));
  const moments = someMoments(steps, random);
  const shuffled: Step[] = [];
  let waiting: Step[] = [];
  const flush = () => {
    const queues = new Map<string, Step[]>();
    for (const step of waiting) {
      const wallet = walletOf(step.command) ?? "";
      queues.set(wallet, [...(queues.get(wallet) ?? []), step]);
    }
    waiting = [];
    for (let left = [...queues.values()]; left.length > 0; left = left.filter((queue) => queue.length > 0))
      shuffled.push(left[random(left.length)]?.shift() as Step);
  };
  for (const step of own) {
    if (walletOf(step.command) === undefined) {
      flush();
      shuffled.push(step);
    } else waiting.push(step);
  }
  flush();
  return compare(player, [own, shuffled], moments, (made, seen) => ({
    outcomes: outcomes(made, seen, ["lot"]),
    wallets: seen.wallets as unknown as JsonValue,
  }));
};

async function compare(
  player: Player,
  [one, other]: readonly [Step[], Step[]],
  moments: readonly number[],
  view: (steps: readonly Step[], seen: Seen) => JsonValue,
): Promise<Pair> {
  const expected = await player.tell(one, moments);
  const found = await player.tell(other, moments);
  return {
    expected: view(one, expected),
    found: view(other, found),
    violations: [...expected.violations, ...found.violations],
  };
}

/** What each step of the random program came to, without the figures and commands that may differ. */
function outcomes(
  steps: readonly Step[],
  seen: Seen,
  figures: readonly string[],
  commands: readonly string[] = [],
): JsonValue {
  const told = steps.flatMap(({ number, command }, index) => {
    if (number === undefined || command.do === "expire_due" || commands.includes(command.do)) return [];
    const outcome = seen.steps[index];
    const plain = JSON.stringify(outcome, (key, value: unknown) =>
      figures.includes(key) ? undefined : value,
    );
    return [[number, plain] as const];
  });
  return Object.fromEntries(told);
}

function someMoments(steps: readonly Step[], random: Random): number[] {
  return steps.filter(() => random(10) === 0).map((step) => step.at);
}

/** Both in the order of their moments; of one moment, the first program's first. */
function inOrder(one: readonly Step[], other: readonly Step[]): Step[] {
  return [...one, ...other].sort((a, b) => a.at - b.at);
}

/** The wallet that a command is about; undefined: all of them. */
function walletOf(command: Timed["command"]): string | undefined {
  if ("wallet" in command) return command.wallet;
  return "hold" in command ? command.hold.split("/")[0] : undefined;
}

/** A purchase belongs to one wallet: two that share one are not independent. */
function ofItsWallet(command: Timed["command"]): Timed["command"] {
  if (command.do !== "payment_event") return command;
  const { wallet, purchase, event } = command;
  return { ...command, purchase: `${purchase}-${wallet}`, event: `${event}-${wallet}` };
}

/** Visits made again on their day, and visits that come later on their day, before anything else of their wallet. */
function visits(steps: readonly Step[], checkpoints: readonly number[], random: Random): Step[] {
  const changed: Step[] = [];
  let late: Step[] = [];
  const utcDay = (at: number) => Math.floor((at + 10 * 3_600_000) / day); // the start is at ten o'clock
  for (const [index, step] of steps.entries()) {
    const { command } = step;
    const isDue = (visit: Step) =>
      walletOf(command) === undefined ||
      walletOf(command) === walletOf(visit.command) ||
      utcDay(step.at) !== utcDay(visit.at) ||
      checkpoints.some((at) => visit.at <= at && at < step.at);
    for (const visit of late.filter(isDue)) {
      const before = steps[index - 1]?.at ?? visit.at;
      changed.push({ ...visit, at: utcDay(before) === utcDay(visit.at) ? before : visit.at });
    }
    late = late.filter((visit) => !isDue(visit));
    if (command.do !== "welcome") changed.push(step);
    else if (random(2) === 0) late.push(step);
    else changed.push(step, { at: step.at, command }, { at: step.at, command });
  }
  return [...changed, ...late];
}

/**
 * What sweeps may not change: everything but when, and in how many pieces, the end of a lot is posted, and with it the
 * numbers of entries and the balances between them. Past balances are compared where everything was swept.
 */
function apartFromSweeps(seen: Seen, swept: readonly boolean[]): JsonValue {
  return Object.fromEntries(
    Object.entries(seen.wallets).map(([name, wallet]) => [name, walletApartFromSweeps(wallet, swept)]),
  );
}

function walletApartFromSweeps(wallet: SeenWallet, swept: readonly boolean[]): JsonValue {
  const ended: Record<string, number> = {};
  for (const { kind, lot, amount } of wallet.entries)
    if (kind === "expiry") ended[`${lot}`] = (ended[`${lot}`] ?? 0) + amount;
  const isAllowance = (row: Readonly<Record<string, unknown>>) =>
    /_allowance$|^sign_up$/.test(`${row.source ?? row.reason}`);
  return {
    balance: wallet.balance,
    past: wallet.past.map((past, index) => (swept[index] === true ? past : { held: past.held })) as JsonValue,
    lots: wallet.lots.map((lot) =>
      isAllowance(lot) ? { ...lot, created_at: null, effective_at: null } : lot,
    ) as JsonValue,
    holds: wallet.holds as JsonValue,
    entries: wallet.entries
      .filter(({ kind }) => kind !== "expiry")
      .map(({ seq: _seq, balance_after: _after, at, ...entry }) => ({
        ...entry,
        at: isAllowance(entry as never) ? null : at,
      })) as JsonValue,
    ended,
    history: wallet.history
      .filter(({ kind }) => kind !== "expiry")
      .map(({ balance_after: _after, created_at, ...movement }) => ({
        ...movement,
        created_at: isAllowance(movement) ? null : (created_at ?? null),
      })) as JsonValue,
    payments: wallet.payments,
  };
}
