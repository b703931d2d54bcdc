import type { Database } from "../../database/port.ts";
import { AppError } from "../../errors/app-error.ts";

/** Where a simulated process dies: at the n-th call of this function, before it is made or before its answer is read. */
export interface Death {
  readonly at: string;
  readonly when: "before" | "after";
}

/** A process's way to the database, until it dies. */
export interface MortalDatabase extends Database {
  readonly dead: () => boolean;
  /** Resolves when it is dead, and what it had asked for until then is done or is not. */
  readonly died: Promise<void>;
  /** Lets its code end: what waits for an answer that never comes is refused, as is what it still asks for. */
  bury(): void;
}

/** A database of a process that dies as `kill -9` kills: from that moment on no call is made and no answer arrives. */
export function mortalDatabase(database: Database, death: Death): MortalDatabase {
  let dead = false;
  const asking = new Set<Promise<unknown>>();
  const { promise: silence, reject: bury } = Promise.withResolvers<never>();
  silence.catch(() => undefined); // nobody may be waiting for it
  const { promise: died, resolve } = Promise.withResolvers<void>();
  const die = () => {
    dead = true;
    resolve(Promise.allSettled(asking).then(() => undefined));
  };
  return {
    ...database,
    dead: () => dead,
    died,
    bury: () => bury(new AppError("unavailable")),
    async call(name, args) {
      if (dead) return silence;
      const dies = name === death.at;
      if (dies && death.when === "before") {
        die();
        return silence;
      }
      const asked = database.call(name, args);
      asking.add(asked);
      try {
        const answer = await asked;
        if (dies) die();
        return dead ? silence : answer;
      } catch (error) {
        if (dead) return silence;
        throw error;
      } finally {
        asking.delete(asked);
      }
    },
  };
}
