import { startPostgres } from "../../packages/core/src/testing/embedded/postgres-server.ts";
import { createTestDatabase } from "../../packages/core/src/testing/embedded/test-database.ts";
import { dice } from "../../packages/core/src/testing/generations/scheduler.ts";
import { watchLeaks } from "../../packages/core/src/testing/leaks/watch-leaks.ts";
import { type Buyer, npmBuyers } from "../../tests/shop/clients/buyers.ts";
import { buyAll, noTally, ordersOf, sumOf, type Tally } from "../../tests/shop/clients/orders.ts";
import { ourBuyers } from "../../tests/shop/clients/our-buyers.ts";
import { mendAll } from "../../tests/shop/mend.ts";
import { openShelves } from "../../tests/shop/shelves.ts";
import { openShop } from "../../tests/shop/shop.ts";
import { atSimulator } from "../../tests/shop/simulated-vendors.ts";
import type { Part } from "./part.ts";
import { canary, startVendors } from "./start-vendors.ts";

const inFlight = 16;
/**
 * Orders of one buyer before the next one is asked. A search for a lost answer at Replicate reads sixty predictions of the
 * last minutes: with more of them, and in a second round too soon, it proves nothing and is repeated for minutes.
 */
const round = 40;

/** Issue 4: the same orders with the same faults, bought by the clients from npm and by ours, one after the other. */
export const clients: Part = {
  unit: "orders of each client",
  full: round,
  async run(order) {
    const [server, simulated] = await Promise.all([startPostgres(), startVendors(order.seed)]);
    const test = await createTestDatabase({ server: server.url, max: 24 });
    const vendors = atSimulator(simulated.url);
    const shelves = openShelves(simulated.url, { timeoutMs: 20_000, settleMs: 2000 });
    const watch = watchLeaks({ secrets: [canary] });
    const shop = await openShop(test, shelves, simulated.url, watch);
    const violations: string[] = [];
    const ours = ourBuyers(shop, shelves, test);
    const buyers = npmBuyers(simulated.url).flatMap((client, index) => [ours[index] as Buyer, client]);
    let tallies: Tally[] = buyers.map(({ name }) => noTally(name));
    let done = 0;
    // So many faults in a row open breakers; nobody else's customers have to wait for theirs.
    const over = new AbortController();
    const mended = mendAll(test, over.signal);
    try {
      for (; order.more(done); done += round) {
        const orders = ordersOf(done, round, dice(order.seed + done));
        const bought: Tally[] = [];
        for (const buyer of buyers) bought.push(await buyAll(buyer, orders, vendors.purchases, inFlight));
        tallies = tallies.map((tally, index) => sumOf(tally, bought[index] as Tally));
        order.progress(done + round);
      }
      for (const { name, twiceByItself } of tallies.filter((_, index) => index % 2 === 0))
        if (twiceByItself > 0) violations.push(`${name} bought ${twiceByItself} orders twice`);
      const broken = (await test.database.call("genbff_violations", {})) as unknown[];
      violations.push(...broken.map((row) => `genbff_verify: ${JSON.stringify(row)}`));
    } finally {
      over.abort();
      await mended;
      await shop.stop();
      await test.close();
      await server.stop();
      simulated.close();
      watch.end();
    }
    console.log(
      "| | orders | delivered | purchases | bought twice by one press | bought twice in all | paid and lost |",
    );
    console.log("| --- | --- | --- | --- | --- | --- | --- |");
    for (const { name, ...figures } of tallies)
      console.log(`| ${[name, ...columns.map((column) => figures[column])].join(" | ")} |`);
    return { counts: { clients: buyers.length, "orders of each": done }, violations };
  },
};

const columns = ["orders", "delivered", "purchases", "twiceByItself", "twice", "paidAndLost"] as const;
