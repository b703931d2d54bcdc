// The vendors in a process of their own, beside the shop's: `node vendors-process.ts <seed> <jobMs> <canary>` prints
// their address. It ends with its parent.
import { startSimulator } from "@genbff/simulator";

const [seed = "1", jobMs = "200", canary = "CANARY"] = process.argv.slice(2);
const simulator = await startSimulator({ seed: Number(seed), jobMs: Number(jobMs), canary });
console.log(simulator.url);
process.stdin.once("end", () => process.exit(0)).resume();
