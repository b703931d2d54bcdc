#!/usr/bin/env node
import { commands } from "./commands.ts";
import { runCommand } from "./run-command.ts";

process.exitCode = await runCommand(commands, process.argv.slice(2), {
  env: process.env,
  print: (line) => console.log(line),
  complain: (line) => console.error(line),
});
