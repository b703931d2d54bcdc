import { fileURLToPath } from "node:url";
import { nodeProgram, type Program, startProgram } from "../../../packages/core/src/testing/start-program.ts";
import { crashSecrets } from "./crash-bff.ts";
import type { Orders } from "./worker-main.ts";

const main = fileURLToPath(new URL("./worker-main.ts", import.meta.url));

/** A worker as a process of its own. */
export function startWorker(orders: Orders): Program {
  return startProgram(nodeProgram(main), { env: { ORDERS: JSON.stringify(orders) }, secrets: crashSecrets });
}
