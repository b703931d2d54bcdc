// `pnpm soak [part…] [--for 10m] [--seed N] [--count N]`: the long runs of reliability-spec.md, section 6.
//
// Without `--for` each part ends at its full size; with it, each goes on for that long, however many that are; `--count`
// sets another size. The seed is printed, and plays again what the seed alone decides. Any violation: exit code 1.
import { parseArgs } from "node:util";
import { clients } from "./clients.ts";
import { cluster } from "./cluster.ts";
import { interleavings } from "./interleavings.ts";
import { kills } from "./kills.ts";
import { lambda } from "./lambda.ts";
import { ledger } from "./ledger.ts";
import { mix } from "./mix.ts";
import type { Found, Order, Part } from "./part.ts";
import { requests } from "./requests.ts";
import { vendors } from "./vendors.ts";

const parts: Readonly<Record<string, Part>> = {
  ledger,
  mix,
  interleavings,
  kills,
  cluster,
  lambda,
  vendors,
  clients,
  requests,
};

const own = Object.assign({}, ...Object.values(parts).map((part) => part.options ?? {})) as object;
const { values, positionals } = parseArgs({
  args: process.argv.slice(2).filter((argument) => argument !== "--"),
  allowPositionals: true,
  options: {
    for: { type: "string" },
    seed: { type: "string" },
    count: { type: "string" },
    ...Object.fromEntries(Object.keys(own).map((name) => [name, { type: "string" as const }])),
  },
});
const given = values as Readonly<Record<string, string | undefined>>;
const unknown = positionals.filter((name) => parts[name] === undefined);
if (unknown.length > 0)
  throw new Error(`There is no ${unknown.join(", ")}; there is ${Object.keys(parts).join(", ")}.`);

const seed = wholeNumber("seed") ?? Date.now() % 1_000_000_000;
const forMs = given.for === undefined ? undefined : durationMs(given.for);
// The first Ctrl-C ends the parts early, with what they have found; the second ends everything, by `exit`, so that what
// was started ends with it.
let interrupted = false;
for (const signal of ["SIGINT", "SIGTERM"] as const)
  process.on(signal, () => {
    if (interrupted) process.exit(130);
    interrupted = true;
  });

let broken = 0;
for (const [name, part] of Object.entries(parts)) {
  if (positionals.length === 0 || positionals.includes(name)) broken += await run(name, part);
}
process.exit(broken === 0 ? 0 : 1);

async function run(name: string, part: Part): Promise<number> {
  const began = performance.now();
  const seconds = () => Math.round((performance.now() - began) / 1000);
  const size = wholeNumber("count") ?? part.full;
  console.log(`${name}: seed ${seed}, ${forMs === undefined ? `${size} ${part.unit}` : `for ${given.for}`}`);
  let said = began;
  const order: Order = {
    seed,
    more: (done) => !interrupted && (forMs === undefined ? done < size : performance.now() - began < forMs),
    progress(done) {
      if (performance.now() - said < 30_000) return;
      said = performance.now();
      console.log(`${name}: ${done} ${part.unit} after ${seconds()} s`);
    },
    option: wholeNumber,
  };
  const { counts, violations } = await part.run(order).catch(asViolation);
  for (const violation of violations.slice(0, 50)) console.log(`${name}: VIOLATION ${violation}`);
  const figures = Object.entries(counts).map(([what, count]) => `${count} ${what}`);
  console.log(`${name}: ${[...figures, `${violations.length} violations`].join(", ")} (${seconds()} s)`);
  return violations.length;
}

/** A part that breaks off has shown nothing. */
function asViolation(error: unknown): Found {
  return {
    counts: {},
    violations: [error instanceof Error ? (error.stack ?? error.message) : String(error)],
  };
}

function wholeNumber(name: string): number | undefined {
  const text = given[name];
  if (text === undefined) return undefined;
  if (!/^\d{1,12}$/.test(text)) throw new Error(`--${name} ${text} is not a whole number`);
  return Number(text);
}

/** `90s`, `10m`, `2h`. */
function durationMs(text: string): number {
  const [, count, unit] = /^(\d{1,6})(s|m|h)$/.exec(text) ?? [];
  if (count === undefined) throw new Error(`--for ${text} is no duration: 90s, 10m or 2h`);
  return Number(count) * { s: 1000, m: 60_000, h: 3_600_000 }[unit as "s" | "m" | "h"];
}
