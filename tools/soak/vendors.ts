import { startPostgres } from "../../packages/core/src/testing/embedded/postgres-server.ts";
import { createTestDatabase } from "../../packages/core/src/testing/embedded/test-database.ts";
import { mishaps, silences } from "../../tests/shop/mishaps.ts";
import { runShop } from "../../tests/shop/run.ts";
import { atSimulator } from "../../tests/shop/simulated-vendors.ts";
import type { Part } from "./part.ts";
import { canary, startVendors } from "./start-vendors.ts";

const inFlight = 192;

/** Issue 4: generations of every vendor, all of which misbehave, and the invoice in the end. */
export const vendors: Part = {
  unit: "generations",
  full: 10_000,
  options: { "in-flight": `generations under way at the same time, default ${inFlight}` },
  async run(order) {
    const [server, simulated] = await Promise.all([
      startPostgres({ autovacuum: "on" }),
      startVendors(order.seed),
    ]);
    const test = await createTestDatabase({ server: server.url, max: 24 });
    try {
      const { counts, accounts, violations } = await runShop(test, atSimulator(simulated.url), {
        seed: order.seed,
        more: order.more,
        progress: order.progress,
        inFlight: order.option("in-flight") ?? inFlight,
        // A request may wait long at the door of a busy machine: nothing is believed not to be there before that.
        patience: { timeoutMs: 20_000, settleMs: 25_000 },
        faults: [...mishaps, ...silences],
        canary,
      });
      for (const [name, account] of Object.entries(accounts)) {
        const { vendor, unit, recorded, orphaned, invoiced } = account;
        console.log(
          `vendors: ${name} (${vendor}) recorded ${recorded} + orphans ${orphaned} = ${invoiced} ${unit}`,
        );
      }
      return { counts, violations };
    } finally {
      await test.close();
      await server.stop();
      simulated.close();
    }
  },
};
