import { type Command, type CommandHost, UsageError } from "./command.ts";

const done = 0;
const failed = 1;
const misused = 2;

/** Finds the command that a command line names and runs it; never rejects. Resolves to the exit code. */
export async function runCommand(
  commands: readonly Command[],
  [name, ...args]: readonly string[],
  host: CommandHost,
): Promise<number> {
  const command = commands.find((one) => one.name === name);
  if (command === undefined) {
    const asked = name === "--help" || name === "-h" || name === "help";
    if (!asked && name !== undefined) host.complain(`There is no command "${name}"\n`);
    host[asked ? "print" : "complain"](overview(commands));
    return asked ? done : misused;
  }
  if (args.includes("--help") || args.includes("-h")) {
    host.print(command.usage);
    return done;
  }
  try {
    return await command.run(args, host);
  } catch (error) {
    host.complain(error instanceof Error ? error.message : String(error));
    if (!isMisuse(error)) return failed;
    host.complain(`\n${command.usage}`);
    return misused;
  }
}

/** `parseArgs` refuses with errors of its own. */
function isMisuse(error: unknown): boolean {
  const { code } = error as { code?: unknown };
  return error instanceof UsageError || (typeof code === "string" && code.startsWith("ERR_PARSE_ARGS"));
}

function overview(commands: readonly Command[]): string {
  const width = Math.max(...commands.map(({ name }) => name.length));
  const lines = commands.map(({ name, summary }) => `  bff ${name.padEnd(width)}  ${summary}`);
  return ["Usage: bff <command> [options]", "", ...lines, "", "bff <command> --help shows its options."].join(
    "\n",
  );
}
