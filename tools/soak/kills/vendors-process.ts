// The vendors as a process of their own, that no calamity reaches: `node vendors-process.ts <seed> <jobMs> <latencyMs>`
// prints their address. It ends with its parent.
import { startSimulator } from "../../../packages/simulator/src/simulator.ts";

const [seed = 1, jobMs = 500, latencyMs = 100] = process.argv.slice(2).map(Number);
const simulator = await startSimulator({ seed, jobMs, latencyMs });
console.log(simulator.url);
process.stdin.once("end", () => process.exit(0)).resume();
