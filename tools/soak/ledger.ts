import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { startPostgres } from "../../packages/core/src/testing/embedded/postgres-server.ts";
import { type Difference, sequenceLength } from "../../packages/core/src/testing/ledger/compare.ts";
import type { LaneOrder, LaneReport } from "./ledger-lane.ts";
import type { Part } from "./part.ts";

/** V1: random sequences against the model, each on Postgres 18, on 15 and on PGlite. The first difference ends it. */
export const ledger: Part = {
  unit: "sequences",
  full: 10_000,
  async run(order) {
    const servers = await Promise.all([startPostgres({}, 18), startPostgres({}, 15)]);
    const names = ["Postgres 18", "Postgres 15", "PGlite"] as const;
    const counts: Record<string, number> = {};
    const violations: string[] = [];
    try {
      // Each in a thread of its own: the embedded database never waits, and would keep the others from being heard.
      const lane = async (name: (typeof names)[number], url: string | undefined) => {
        const worker = new Worker(new URL("./ledger-lane.ts", import.meta.url), {
          workerData: { url } satisfies LaneOrder,
        });
        let [sent, played] = [0, 0];
        const ended = once(worker, "exit");
        worker.on("message", (report: LaneReport) => {
          if (report.difference !== undefined) violations.push(describe(name, report.difference));
          if (report.played) played += 1;
          counts[`on ${name}`] = played;
          order.progress(Math.min(...Object.values(counts)));
          worker.postMessage(violations.length === 0 && order.more(sent) ? order.seed + sent++ : null);
        });
        worker.on("error", (error) => violations.push(`${name}: ${error.stack ?? error.message}`));
        await ended;
      };
      await Promise.all(names.map((name, index) => lane(name, servers[index]?.url)));
    } finally {
      await Promise.all(servers.map((server) => server.stop()));
    }
    return { counts: { ...counts, "commands in each": sequenceLength }, violations };
  },
};

function describe(name: string, difference: Difference): string {
  return `LEDGER_SEED=${difference.seed} pnpm vitest run ledger-model -t "${name}": ${JSON.stringify(difference)}`;
}
