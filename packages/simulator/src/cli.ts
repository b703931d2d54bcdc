#!/usr/bin/env node
import { parseCommand, usage } from "./command.ts";
import { startSimulator } from "./simulator.ts";

const command = parseCommand(process.argv.slice(2));
if (command.kind === "usage") {
  if (command.problem !== undefined) console.error(`${command.problem}\n`);
  console[command.problem === undefined ? "log" : "error"](usage);
  process.exitCode = command.problem === undefined ? 0 : 2;
} else {
  try {
    const simulator = await startSimulator(command.options);
    console.log(`The vendors listen at ${simulator.url}`);
    for (const { vendor } of simulator.invoice()) console.log(`  ${simulator.url}/${vendor}`);
    console.log(`Traffic, purchases and faults: ${simulator.url}/`);
    const stop = () => void simulator.close();
    process.once("SIGINT", stop).once("SIGTERM", stop);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}
