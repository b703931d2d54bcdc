import { startPostgres } from "../../packages/core/src/testing/embedded/postgres-server.ts";
import { createTestDatabase } from "../../packages/core/src/testing/embedded/test-database.ts";
import { playRequests } from "../../packages/core/src/testing/requests/play-requests.ts";
import type { Part } from "./part.ts";

/** V9: good requests of every route of the contract, spoilt by the dice. */
export const requests: Part = {
  unit: "requests to each route",
  full: 20_000,
  async run(order) {
    const server = await startPostgres({ autovacuum: "on" });
    try {
      const test = await createTestDatabase({ server: server.url, max: 16 });
      const { seed, more, progress } = order;
      const played = await playRequests(test, { seed, more, progress });
      await test.close();
      return { counts: { routes: played.routes, ...played.counts }, violations: played.violations };
    } finally {
      await server.stop();
    }
  },
};
