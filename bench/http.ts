// `pnpm bench http [--small] [--rounds 3] [--requests 2000]`: what a request costs beyond Express and the database.
// Ends with 1 when a target is missed. See README.md beside this file.
import { readFileSync } from "node:fs";
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { startPostgres } from "../packages/core/src/testing/embedded/postgres-server.ts";
import { type Kind, kinds, measureRound, type Times } from "./http/round.ts";
import { median } from "./ledger/rounds.ts";
import { percentile } from "./percentile.ts";

const { values } = parseArgs({
  args: process.argv.slice(2).filter((argument) => argument !== "--"),
  options: {
    /** A look at whether it works, in a few seconds. */
    small: { type: "boolean", default: false },
    rounds: { type: "string" },
    requests: { type: "string" },
  },
});
const rounds = Number(values.rounds ?? (values.small ? 1 : 3));
const requests = Number(values.requests ?? (values.small ? 200 : 2000));
/** Issue 5. */
const targetMs = 0.5;
const pairs: readonly { readonly ours: Kind; readonly bare: Kind; readonly judged: boolean }[] = [
  { ours: "status", bare: "echo", judged: true },
  { ours: "generate", bare: "echoed post", judged: true },
  // Once in a token's life.
  { ours: "generate, new token", bare: "echoed post", judged: false },
];

const { version: expressVersion } = JSON.parse(
  readFileSync(new URL("../node_modules/express/package.json", import.meta.url), "utf8"),
);
console.log(
  `${cpus()[0]?.model.trim()} × ${cpus().length}; Node ${process.version}; Express ${expressVersion}`,
);
console.log(`${rounds} rounds of ${requests} requests of each kind, one at a time; ms: p50 p95 p99`);
const server = await startPostgres();
const measured: Record<Kind, Times>[] = [];
try {
  for (let round = 0; round < rounds; round++) {
    const times = await measureRound(server.url, requests, `http-${round}`);
    measured.push(times);
    for (const kind of kinds) {
      const { whole, database, own, processorMs } = times[kind];
      console.log(
        `${round + 1} ${kind}: ${shown(whole)}; of it database ${shown(database)}; own ${shown(own)}; processor ${processorMs.toFixed(2)}`,
      );
    }
  }
} finally {
  await server.stop();
}

for (const { ours, bare, judged } of pairs) {
  const overheads = measured.map(
    (times) => percentile(times[ours].own, 50) - percentile(times[bare].own, 50),
  );
  const ratios = measured.map((times) => percentile(times[ours].own, 50) / percentile(times[bare].own, 50));
  const best = Math.min(...overheads);
  if (judged && best > targetMs) process.exitCode = 1;
  const verdict = best <= targetMs ? "met" : "MISSED";
  console.log(
    `${ours} beside ${bare}, p50 without the database: best ${best.toFixed(3)} ms more, median ${median(overheads).toFixed(3)}, all ${overheads.map((ms) => ms.toFixed(3)).join(" ")}; ${median(ratios).toFixed(2)} × (${judged ? `at most ${targetMs} ms: ${verdict}` : "not judged"})`,
  );
}

function shown(ascending: readonly number[]): string {
  return [50, 95, 99].map((percent) => percentile(ascending, percent).toFixed(2)).join(" ");
}
