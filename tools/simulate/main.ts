// `pnpm simulate --seed N --generations M`: the whole core under a virtual clock, with faults and deaths that the seed
// chooses, and an audit of everything against everything. See CONTRIBUTING.md.
import { writeSync } from "node:fs";
import { parseArgs } from "node:util";
import { startPostgres } from "../../packages/core/src/testing/embedded/postgres-server.ts";
import {
  openPgliteServer,
  openPostgresServer,
} from "../../packages/core/src/testing/simulation/database-server.ts";
import { simulate } from "../../packages/core/src/testing/simulation/simulate.ts";

const { values } = parseArgs({
  args: process.argv.slice(2).filter((argument) => argument !== "--"),
  options: {
    seed: { type: "string", default: String(Date.now() % 1_000_000_000) },
    seeds: { type: "string", default: "1" },
    generations: { type: "string", default: "30" },
    database: { type: "string", default: "pglite" },
    trace: { type: "boolean", default: false },
  },
});
const wholeNumber = (name: "seed" | "seeds" | "generations"): number => {
  if (!/^\d{1,12}$/.test(values[name])) throw new Error(`--${name} is a whole number`);
  return Number(values[name]);
};
const [first, count, generations] = [wholeNumber("seed"), wholeNumber("seeds"), wholeNumber("generations")];
if (!["pglite", "postgres"].includes(values.database)) throw new Error("--database is pglite or postgres");
const say = (text: string) => void writeSync(1, `${text}\n`);

const postgres = values.database === "postgres" ? await startPostgres({ autovacuum: "off" }) : undefined;
const server = postgres === undefined ? await openPgliteServer() : await openPostgresServer(postgres.url);
const began = performance.now();
let made = 0;
let violated = 0;
let virtualMs = 0;
for (let seed = first; seed < first + count; seed++) {
  const { problems, trace, ends, virtualMs: passed } = await simulate(server, { seed, generations });
  virtualMs += passed;
  made += Object.values(ends).reduce((sum, each) => sum + each, 0);
  if (values.trace || problems.length > 0) say(trace.join("\n"));
  const summary = Object.entries(ends).map(([end, times]) => `${times} ${end}`);
  say(`seed ${seed}: ${summary.join(", ")}; ${Math.round(passed / 1000)} s; ${problems.length} violations`);
  if (problems.length === 0) continue;
  violated += 1;
  for (const problem of problems) say(`  ! ${problem}`);
  say(`  pnpm simulate --seed ${seed} --generations ${generations} --database ${values.database}`);
}
const seconds = Math.round((performance.now() - began) / 1000);
say(
  `${count} seeds, ${made} generations, ${Math.round(virtualMs / 1000)} virtual s in ${seconds} s: ${violated} seeds with violations`,
);
await server.close();
await postgres?.stop();
process.exitCode = violated > 0 ? 1 : 0;
