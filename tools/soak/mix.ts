import { startPostgres } from "../../packages/core/src/testing/embedded/postgres-server.ts";
import { createTestDatabase } from "../../packages/core/src/testing/embedded/test-database.ts";
import { openMix } from "../../packages/core/src/testing/mix/mix.ts";
import type { Part } from "./part.ts";

/** Calls between two barriers. */
const round = 5000;

/** V2: everything that ledger and state machine can do, by many connections at once on a real Postgres. */
export const mix: Part = {
  unit: "operations",
  full: 200_000,
  options: { clients: "connections, default 40" },
  async run(order) {
    const server = await startPostgres({ autovacuum: "on" });
    const clients = order.option("clients") ?? 40;
    try {
      const test = await createTestDatabase({ server: server.url, max: clients });
      const played = openMix(test, clients, order.seed);
      let calls = 0;
      let barriers = 0;
      while (order.more(calls) && played.violations.length === 0) {
        await played.play(round);
        calls += round;
        barriers += 1;
        order.progress(calls);
      }
      const deadlocks = await played.deadlocks();
      await test.close();
      const outcomes = [...played.outcomes].sort(([one], [other]) => (one < other ? -1 : 1));
      return {
        counts: {
          operations: calls,
          connections: clients,
          barriers,
          "deadlocks that no client heard of": deadlocks,
          ...Object.fromEntries(outcomes),
        },
        violations: played.violations,
      };
    } finally {
      await server.stop();
    }
  },
};
