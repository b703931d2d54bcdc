import { setTimeout as sleep } from "node:timers/promises";
import type { PostgresServer } from "../../../packages/core/src/testing/embedded/postgres-server.ts";
import type { Dice } from "../../../packages/core/src/testing/generations/scheduler.ts";
import type { Fleet } from "./fleet.ts";
import type { Wire } from "./wire.ts";

/** What can be hit. */
export interface Targets {
  readonly fleet: Fleet;
  readonly wire: Wire;
  readonly postgres: PostgresServer;
  readonly leaseMs: number;
}

/** Goes on until the signal; resolves once everything runs again. */
export interface Calamities {
  readonly counts: Record<string, number>;
  readonly ended: Promise<void>;
}

const outageMs = 5000;

/** Kills a random process every `killEveryMs`, and every `otherEveryMs` something larger happens. */
export function beginCalamities(
  targets: Targets,
  dice: Dice,
  { killEveryMs, otherEveryMs }: { killEveryMs: number; otherEveryMs: number },
  signal: AbortSignal,
): Calamities {
  const { fleet, wire, postgres, leaseMs } = targets;
  const counts: Record<string, number> = {};
  const any = () => dice.below(fleet.size);
  const others: Readonly<Record<string, () => Promise<unknown> | unknown>> = {
    "restarts of Postgres, in order": () => restart(postgres, "fast", 0),
    "crashes of Postgres": () => restart(postgres, "immediate", 0),
    "outages of 5 s, the database gone": () => restart(postgres, "fast", outageMs),
    "outages of 5 s, the connections cut": async () => {
      wire.cut();
      await sleep(outageMs);
      wire.open();
    },
    "outages of 5 s, the connections silent": async () => {
      wire.stall();
      await sleep(outageMs);
      wire.open();
    },
    "servers frozen past their leases": async () => {
      const index = any();
      fleet.signal(index, "SIGSTOP");
      await sleep(leaseMs * 1.5);
      fleet.signal(index, "SIGCONT");
    },
    "servers asked to stop": () => fleet.signal(any(), "SIGTERM"),
    "kills of all servers at once": () => {
      for (let index = 0; index < fleet.size; index++) fleet.signal(index, "SIGKILL");
    },
  };
  const count = (name: string) => {
    counts[name] = (counts[name] ?? 0) + 1;
  };
  const names = Object.keys(others);
  const ended = Promise.all([
    every(killEveryMs, signal, async () => {
      if (fleet.signal(any(), "SIGKILL")) count("kills");
    }),
    // Each in its turn, from a place that the seed chooses: a short run meets some, a long one all.
    every(otherEveryMs, signal, async (round) => {
      const name = names[(round + first) % names.length] as string;
      await others[name]?.();
      count(name);
    }),
  ]).then(() => undefined);
  const first = dice.below(names.length);
  return { counts, ended };
}

/** Strikes again and again until the signal; what has begun comes to its end. */
export async function every(
  ms: number,
  signal: AbortSignal,
  strike: (round: number) => Promise<void>,
): Promise<void> {
  for (let round = 0; ; round++) {
    await sleep(ms, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) return;
    await strike(round);
  }
}

/** The database goes away, in order or as by a crash, and comes back. */
export async function restart(
  postgres: PostgresServer,
  how: "fast" | "immediate",
  awayMs: number,
): Promise<void> {
  await postgres.halt(how);
  await sleep(awayMs);
  await postgres.resume();
}
