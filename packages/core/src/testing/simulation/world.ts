import { dice } from "../generations/scheduler.ts";
import { type Luck, luckOf } from "./luck.ts";
import { type TimeLine, timeLine } from "./time-line.ts";

/** What every part of one simulation shares. */
export interface World {
  readonly time: TimeLine;
  readonly luck: Luck;
  /** Everything that happened; replaying the seed gives the same, byte for byte. */
  readonly trace: readonly string[];
  /** Promises that were broken. */
  readonly problems: readonly string[];
  /** Writes a line of the trace. */
  tell(actor: string, what: string): void;
  /** A promise is broken. */
  blame(what: string): void;
  /** Looks at something real that takes time outside, e.g. the database: meanwhile nothing else happens. */
  look<Seen>(look: () => Promise<Seen>): Promise<Seen>;
  /** For so long somebody could not work: nobody may be blamed for being late by as much. */
  lose(ms: number): void;
  readonly lostMs: () => number;
  /** Waits in virtual time. */
  wait(ms: number): Promise<void>;
}

const start = Date.UTC(2026, 0, 30, 10);

/** Makes the world of a seed. */
export function worldOf(seed: number): World {
  const time = timeLine(start);
  const luck = luckOf(dice(seed));
  const trace: string[] = [];
  const problems: string[] = [];
  let lostMs = 0;
  const names = new Map<string, string>();
  /** Ids differ from database to database; the order in which they appear does not. */
  const named = (text: string) =>
    text.replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, (id) => {
      const name = names.get(id) ?? `g${names.size + 1}`;
      names.set(id, name);
      return name;
    });
  const tell = (actor: string, what: string) => {
    const at = ((time.now() - start) / 1000).toFixed(3).padStart(9);
    trace.push(`${at} ${actor} ${named(what)}`);
  };
  return {
    time,
    luck,
    trace,
    problems,
    tell,
    blame(what) {
      problems.push(named(what));
      tell("!", what);
    },
    lose(ms) {
      lostMs += ms;
    },
    lostMs: () => lostMs,
    look: (look) => new Promise((resolve, reject) => void time.at(0, () => look().then(resolve, reject))),
    wait: (ms) => new Promise((resolve) => void time.at(ms, () => resolve())),
  };
}
