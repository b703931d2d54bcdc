import type { PostgresServer } from "../../../packages/core/src/testing/embedded/postgres-server.ts";
import type { RedisServer } from "../../../packages/core/src/testing/embedded/redis-server.ts";
import type { Dice } from "../../../packages/core/src/testing/generations/scheduler.ts";
import { type Calamities, every, restart } from "../kills/calamities.ts";
import type { Fleet } from "../kills/fleet.ts";

/** What can be hit. */
export interface Targets {
  readonly fleet: Fleet;
  readonly postgres: PostgresServer;
  readonly redis: RedisServer;
}

/** How often. */
export interface Paces {
  readonly killEveryMs: number;
  readonly flushEveryMs: number;
  readonly restartEveryMs: number;
}

/** Kills a random process, empties Redis and restarts Postgres, each at its own pace, until the signal. */
export function beginAccidents(
  { fleet, postgres, redis }: Targets,
  dice: Dice,
  { killEveryMs, flushEveryMs, restartEveryMs }: Paces,
  signal: AbortSignal,
): Calamities {
  const counts = { kills: 0, "Redis emptied": 0, "restarts of Postgres": 0 };
  const ended = Promise.all([
    every(killEveryMs, signal, async () => {
      if (fleet.signal(dice.below(fleet.size), "SIGKILL")) counts.kills += 1;
    }),
    every(flushEveryMs, signal, async () => {
      await redis.flush();
      counts["Redis emptied"] += 1;
    }),
    every(restartEveryMs, signal, async (round) => {
      await restart(postgres, round % 2 === 0 ? "fast" : "immediate", 0);
      counts["restarts of Postgres"] += 1;
    }),
  ]).then(() => undefined);
  return { counts, ended };
}
