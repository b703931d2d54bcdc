import { startPostgres } from "../../packages/core/src/testing/embedded/postgres-server.ts";
import { createTestDatabase } from "../../packages/core/src/testing/embedded/test-database.ts";
import { openInterleavings } from "../../packages/core/src/testing/generations/interleavings.ts";
import { takeClock } from "../../packages/core/src/testing/generations/virtual-time.ts";
import type { Part } from "./part.ts";

/** Databases side by side: each has a clock of its own, that one interleaving at a time moves. */
const lanes = 3;
/** The books are gone through as a whole after so many. */
const auditEvery = 500;

/** V4: two workers, a webhook, a cancel and a sweep on one generation, in every order that a seed draws. */
export const interleavings: Part = {
  unit: "interleavings",
  full: 20_000,
  async run(order) {
    const server = await startPostgres();
    const ends = new Map<string, number>();
    const violations: string[] = [];
    let started = 0;
    let done = 0;
    const lane = async () => {
      const test = await createTestDatabase({ server: server.url, max: 8 });
      const audit = async () => {
        const found = (await test.database.call("genbff_violations", {})) as unknown[];
        violations.push(...found.map((row) => `genbff_verify: ${JSON.stringify(row)}`));
      };
      const run = openInterleavings(test, await takeClock(test));
      for (let mine = 1; violations.length === 0 && order.more(started); mine++) {
        const seed = order.seed + started++;
        const { end, problems, trace } = await run(seed);
        ends.set(end.trim(), (ends.get(end.trim()) ?? 0) + 1);
        if (problems.length > 0)
          violations.push(
            `INTERLEAVINGS_SEED=${seed} pnpm vitest run interleavings: ${problems.join("; ")}\n${trace.join("\n")}`,
          );
        if (mine % auditEvery === 0) await audit();
        order.progress(++done);
      }
      await audit();
      await test.close();
    };
    try {
      await Promise.all(Array.from({ length: lanes }, lane));
    } finally {
      await server.stop();
    }
    const named = [...ends].sort(([one], [other]) => (one < other ? -1 : 1));
    return {
      counts: {
        interleavings: done,
        ...Object.fromEntries(named.map(([end, count]) => [`ended ${end}`, count])),
      },
      violations,
    };
  },
};
