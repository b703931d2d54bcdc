import type { Database } from "../../database/port.ts";

/** Draws numbers that a seed decides. */
export interface Dice {
  /** A whole number from 0 up to `below`, exclusive. */
  below(below: number): number;
}

/** The same seed gives the same numbers. */
export function dice(seed: number): Dice {
  let state = (seed * 2_654_435_761 + 1) >>> 0;
  return {
    below(below) {
      state = (state + 0x6d2b79f5) >>> 0;
      let mixed = Math.imul(state ^ (state >>> 15), state | 1);
      mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
      return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
    },
  };
}

interface Waiting {
  readonly actor: string;
  readonly call: string;
  go(): void;
}

/** Runs several actors, one call at a time, in an order that the dice decide. */
export interface Scheduler {
  /** A port whose calls wait for their turn. */
  gate(actor: string, database: Database): Database;
  /** A step that is no database call. */
  pass(actor: string, call: string): Promise<void>;
  /** Something that goes on until it ends; what it does runs through its gate. */
  start(work: () => Promise<unknown>): void;
  /** Lets one waiting call go, or kills its actor; false once nobody waits. */
  step(deathIn: number): Promise<boolean>;
  /** Every call in the order in which it was made. */
  readonly trace: readonly string[];
}

/** Makes one. An actor that dies stays where it is for ever: `kill -9` between two calls. */
export function scheduler(draw: Dice): Scheduler {
  const waiting: Waiting[] = [];
  const trace: string[] = [];
  let running = 0;
  let quiet = () => {};
  const rest = (change: number) => {
    running += change;
    if (running === 0) quiet();
  };
  const turn = (actor: string, call: string) =>
    new Promise<void>((resolve) => {
      const go = () => {
        running += 1;
        resolve();
      };
      waiting.push({ actor, call, go });
      rest(-1);
    });
  /** Everybody stands at a gate or has ended: only then is the choice the dice's alone. */
  const settled = async () => {
    if (running > 0) await new Promise<void>((resolve) => (quiet = resolve));
  };
  return {
    trace,
    gate: (actor, database) => ({
      ...database,
      async call(name, args) {
        await turn(actor, name);
        return database.call(name, args);
      },
    }),
    pass: turn,
    start(work) {
      running += 1;
      void work()
        .catch(() => undefined)
        .finally(() => rest(-1));
    },
    async step(deathIn) {
      await settled();
      // Who came first depends on the machine; who they are does not.
      waiting.sort((one, other) => (one.actor + one.call < other.actor + other.call ? -1 : 1));
      const [next] = waiting.splice(draw.below(Math.max(1, waiting.length)), 1);
      if (next === undefined) return false;
      const dies = deathIn > 0 && draw.below(deathIn) === 0;
      trace.push(`${next.actor} ${next.call}${dies ? " †" : ""}`);
      if (!dies) next.go();
      await settled();
      return true;
    },
  };
}
