// A worker that gets stuck in the middle of one step and says which: `doomed-worker-process.ts <orders as JSON>`.
import { postgres } from "@genbff/core/postgres";
import { running, scriptedProvider } from "../../../core/src/testing/generations/scripted-provider.ts";
import { openScriptedShop } from "../../../core/src/testing/generations/scripted-shop.ts";
import { bullmq } from "../index.ts";
import type { BullmqOptions } from "../options.ts";

/** What it is told. */
export interface DoomedOrders {
  readonly databaseUrl: string;
  readonly place: BullmqOptions;
  readonly stuckIn: "submit" | "check";
}

const { databaseUrl, place, stuckIn } = JSON.parse(process.argv[2] ?? "") as DoomedOrders;

const getStuck = (step: string) => {
  console.log(`stuck in ${step}`);
  return Promise.withResolvers<never>().promise;
};
const vendor = scriptedProvider({
  submit: (job) => (stuckIn === "submit" ? getStuck("submit") : running(job.clientReference, 20)),
  check: () => getStuck("check"),
});
const shop = await openScriptedShop(
  {
    url: databaseUrl,
    database: postgres(databaseUrl),
    query: async () => [],
    close: async () => undefined,
  },
  {
    providers: { vendor: vendor.port },
    engine: () => bullmq({ ...place, role: "worker" }),
    limits: { sweepMs: 100 },
  },
);
await shop.open();
