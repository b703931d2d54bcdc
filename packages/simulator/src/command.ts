import { parseArgs } from "node:util";
import type { SimulatorOptions } from "./options.ts";

// How long a vendor takes at speed 1: long enough to see a spinner, short enough to be borne.
const pictureMs = 3000;
const jobMs = 15_000;

/** What `--help` says. */
export const usage = `Usage: genbff-simulator [options]

Plays the vendors of AI media on one port, with a page to watch them and to let them fail.

  --port <n>       port to listen on; 0 takes a free one          (8788)
  --host <name>    address to listen on                           (127.0.0.1)
  --seed <n>       seed of everything painted or drawn by chance  (1)
  --speed <n>      2 is twice as fast, 0.5 half as fast; at 1 a
                   picture takes 3 s and a job 15 s               (1)
  --state <file>   keeps jobs and purchases over a restart        (memory only)
  --link-ttl <s>   life of a result link, in seconds              (60)
  --canary <word>  a word in every message, to search for leaks   (none)
  --help           shows this`;

/** What a command line asks for. */
type Command =
  | { readonly kind: "start"; readonly options: SimulatorOptions }
  | { readonly kind: "usage"; readonly problem?: string };

/** Reads a command line; never throws: a wrong one asks for the usage, with the problem. */
export function parseCommand(args: readonly string[]): Command {
  try {
    const { values } = parseArgs({ args: [...args], options: flags });
    if (values.help === true) return { kind: "usage" };
    const speed = numberOf(values, "speed", 0.01, 1000) ?? 1;
    const ttl = numberOf(values, "link-ttl", 1, 31_536_000);
    const port = numberOf(values, "port", 0, 65_535) ?? 8788;
    const seed = numberOf(values, "seed", 0, Number.MAX_SAFE_INTEGER);
    for (const [name, value] of Object.entries({ port, seed })) {
      if (value !== undefined && !Number.isInteger(value))
        throw new TypeError(`--${name} must be a whole number`);
    }
    return {
      kind: "start",
      options: {
        port,
        latencyMs: Math.round(pictureMs / speed),
        jobMs: Math.round(jobMs / speed),
        ...(seed === undefined ? {} : { seed }),
        ...(values.host === undefined ? {} : { host: values.host }),
        ...(values.state === undefined ? {} : { statePath: values.state }),
        ...(values.canary === undefined ? {} : { canary: values.canary }),
        ...(ttl === undefined ? {} : { linkTtlMs: ttl * 1000 }),
      },
    };
  } catch (error) {
    return { kind: "usage", problem: error instanceof Error ? error.message : String(error) };
  }
}

const flags = {
  port: { type: "string" },
  host: { type: "string" },
  seed: { type: "string" },
  speed: { type: "string" },
  state: { type: "string" },
  "link-ttl": { type: "string" },
  canary: { type: "string" },
  help: { type: "boolean" },
} as const;

function numberOf(
  values: Readonly<Record<string, string | boolean | undefined>>,
  name: string,
  min: number,
  max: number,
): number | undefined {
  const text = values[name];
  if (typeof text !== "string") return undefined;
  const value = Number(text);
  if (text.trim() === "" || !(value >= min && value <= max)) {
    throw new TypeError(`--${name} must be a number from ${min} to ${max}`);
  }
  return value;
}
