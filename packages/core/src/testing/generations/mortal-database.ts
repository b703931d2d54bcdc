import type { Database } from "../../database/port.ts";

/** Where a simulated process dies: at the n-th call of this function, before it is made or before its answer is read. */
export interface Death {
  readonly at: string;
  readonly when: "before" | "after";
}

const forever = new Promise<never>(() => undefined);

/** A database of a process that dies as `kill -9` kills: from that moment on no call is made and no answer arrives. */
export function mortalDatabase(
  database: Database,
  death: Death,
): Database & { readonly dead: () => boolean } {
  let dead = false;
  return {
    ...database,
    dead: () => dead,
    async call(name, args) {
      if (dead) return forever;
      const dies = name === death.at;
      if (dies && death.when === "before") {
        dead = true;
        return forever;
      }
      const answer = await database.call(name, args);
      if (dies) dead = true;
      return dead ? forever : answer;
    },
  };
}
