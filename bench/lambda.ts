// `pnpm bench lambda [--rounds 15]`: how much longer than an empty function ours takes until Lambda's runtime asks for the
// first event. Needs what `pnpm build` makes. Ends with 1 when importing and constructing take more than 200 ms above
// the empty one. See README.md beside this file.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { statSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { cpus, loadavg } from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { bundle } from "../tools/lambda/bundle.ts";
import { median } from "./ledger/rounds.ts";

const { values } = parseArgs({
  args: process.argv.slice(2).filter((argument) => argument !== "--"),
  options: { rounds: { type: "string", default: "15" } },
});
const rounds = Number(values.rounds);
const targetMs = 200;
const program = fileURLToPath(new URL("./lambda/runtime-process.ts", import.meta.url));
const empty = "empty";
const ours = ["http", "http-supabase"];

interface Start {
  /** From the process' birth to the first `next`. */
  readonly nextMs: number;
  /** Of them, import and construct. */
  readonly importMs: number;
  /** What it used of a processor for that; does not depend on who else wants one. */
  readonly processorMs: number;
}

const paths = new Map<string, string>();
for (const name of [empty, ...ours]) paths.set(name, await bundle(name));
const api = createServer().listen(0, "127.0.0.1");
await once(api, "listening");

console.log(
  `${cpus()[0]?.model.trim()} × ${cpus().length}; Node ${process.version}; load ${loadavg()[0]?.toFixed(0)}; ${rounds} rounds, in turns`,
);
const measured = new Map<string, Start[]>([...paths.keys()].map((name) => [name, []]));
try {
  // The first of each finds its files on the disk, and counts for nothing.
  for (let round = -1; round < rounds; round++)
    for (const [name, path] of paths) {
      const start = await startOf(path);
      if (round >= 0) measured.get(name)?.push(start);
    }
} finally {
  api.close();
}

const least = medians(empty);
for (const name of ours) {
  const { nextMs, importMs, processorMs } = medians(name);
  const aboveMs = importMs - least.importMs;
  const met = aboveMs <= targetMs;
  if (!met) process.exitCode = 1;
  const kilobytes = (statSync(paths.get(name) ?? "").size / 1000).toFixed(0);
  console.log(
    `${name}, ${kilobytes} kB: import and construct ${aboveMs.toFixed(0)} ms above an empty one (at most ${targetMs}: ${met ? "met" : "MISSED"}), ${(processorMs - least.processorMs).toFixed(0)} ms of a processor; first \`next\` after ${nextMs.toFixed(0)} ms, the empty one's after ${least.nextMs.toFixed(0)}: ${(nextMs / least.nextMs).toFixed(2)} ×`,
  );
}

function medians(name: string): Start {
  const starts = measured.get(name) ?? [];
  return {
    nextMs: median(starts.map((start) => start.nextMs)),
    importMs: median(starts.map((start) => start.importMs)),
    processorMs: median(starts.map((start) => start.processorMs)),
  };
}

async function startOf(path: string): Promise<Start> {
  const begun = performance.now();
  const { port } = api.address() as AddressInfo;
  const asked = once(api, "request") as Promise<[IncomingMessage, ServerResponse]>;
  const child = spawn(process.execPath, [program, path, `127.0.0.1:${port}`], { stdio: "inherit" });
  const ended = once(child, "exit");
  const [request, response] = await Promise.race([
    asked,
    ended.then(() => Promise.reject(new Error("it ended before it asked for anything"))),
  ]);
  const nextMs = performance.now() - begun;
  response.end("{}");
  await ended;
  const told = (name: string) => Number(request.headers[name]);
  return { nextMs, importMs: told("x-import-ms"), processorMs: told("x-processor-ms") };
}
