// `pnpm bench watchers [--small] [--rounds 3] [--watchers 5000] [--idle-s 20] [--jobs 100] [--job-s 60]`: what it costs
// to watch, and how soon the last event is read. Ends with 1 when a target is missed. See README.md beside this file.
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { startPostgres } from "../packages/core/src/testing/embedded/postgres-server.ts";
import { median } from "./ledger/rounds.ts";
import { type Figures, measureRound, type Plan } from "./watchers/round.ts";

const { values } = parseArgs({
  args: process.argv.slice(2).filter((argument) => argument !== "--"),
  options: {
    /** A look at whether it works, in half a minute. */
    small: { type: "boolean", default: false },
    rounds: { type: "string" },
    watchers: { type: "string" },
    "idle-s": { type: "string" },
    jobs: { type: "string" },
    "job-s": { type: "string" },
  },
});
const usual = values.small
  ? { rounds: 1, watchers: 200, idleS: 3, jobs: 4, jobS: 5 }
  : { rounds: 3, watchers: 5000, idleS: 20, jobs: 100, jobS: 60 };
const rounds = Number(values.rounds ?? usual.rounds);
const plan: Plan = {
  watchers: Number(values.watchers ?? usual.watchers),
  idleMs: Number(values["idle-s"] ?? usual.idleS) * 1000,
  jobs: Number(values.jobs ?? usual.jobs),
  jobMs: Number(values["job-s"] ?? usual.jobS) * 1000,
};

/** Issue 5, and `reliability-spec.md` section 10, P9. */
const targets: { readonly [Name in keyof Figures]?: number } = {
  heldKb: 20,
  queriesPerSecond: 2,
  delayP99Ms: 500,
  callsPerJobMax: 12,
};
const names: Record<keyof Figures, string> = {
  heldKb: "one idle watcher, kB that V8 holds",
  residentKb: "  kB of resident memory",
  bareHeldKb: "  beside: Express that keeps an answer open, kB that V8 holds",
  bareResidentKb: "  kB of resident memory",
  queriesPerSecond: "queries a second while nothing happens",
  idleCpuPercent: "  per cent of a processor",
  delayP50Ms: "last event after its commit, ms, p50",
  delayP95Ms: "  p95",
  delayP99Ms: "  p99",
  pingP50Ms: "  beside: an empty request to an Express that does nothing else, meanwhile, ms, p50",
  pingP99Ms: "  p99",
  callsPerJobMax: `status calls at the vendor for one job of ${plan.jobMs / 1000} s, at most`,
};

const server = await startPostgres();
const figures: Figures[] = [];
try {
  const { version } = process;
  console.log(`${cpus()[0]?.model.trim()} × ${cpus().length}; Node ${version}; Postgres of the tests`);
  console.log(`${rounds} rounds; ${JSON.stringify(plan)}`);
  for (let round = 0; round < rounds; round++) {
    figures.push(await measureRound(server.url, plan, `r${round}`));
    console.log(JSON.stringify(figures.at(-1)));
  }
} finally {
  await server.stop();
}

for (const name of Object.keys(names) as (keyof Figures)[]) {
  const all = figures.map((round) => round[name]);
  const target = targets[name];
  const best = Math.min(...all);
  const met = target === undefined || best <= target;
  if (!met) process.exitCode = 1;
  const verdict = target === undefined ? "" : ` (at most ${target}: ${met ? "met" : "MISSED"})`;
  const shown = (figure: number) => figure.toFixed(1);
  console.log(
    `${names[name]}: best ${shown(best)}, median ${shown(median(all))}, all ${all.map(shown).join(" ")}${verdict}`,
  );
}
