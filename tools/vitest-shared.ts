import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { defaultServerConditions } from "vite";

/** Resolve workspace packages to their TypeScript sources: no build before tests. */
// Without "module", which bundlers know and Node does not: the AWS SDK has files there that Node cannot load.
const nodeConditions = defaultServerConditions.filter((condition) => condition !== "module");
const conditions = ["@genbff/source", ...nodeConditions];
export const sourceConditions = { resolve: { conditions }, ssr: { resolve: { conditions } } };

/** A third of the time a test waits, for a server of its own or a moment: three files at a time also on two processors. */
const maxWorkers = Math.max(3, availableParallelism() - 1);

/** Pictures of the size that was asked for, painted coarsely: nobody looks at those of a test, and painting was most of it. */
const coarsely = { SIMULATOR_PAINTED_PIXELS: "40000" };

/** What servers of ours say and answer in other processes is searched in every test. */
const searched = fileURLToPath(new URL("../packages/core/src/testing/leaks/set-up.ts", import.meta.url));

/**
 * For what hangs, not for what is slow: CI's machines are busy. A worker keeps its modules from file to file: starting
 * it and loading them again took half a second each of 170 times.
 */
export const patience = {
  testTimeout: 30_000,
  hookTimeout: 60_000,
  maxWorkers,
  isolate: false,
  env: coarsely,
  setupFiles: [searched],
};
