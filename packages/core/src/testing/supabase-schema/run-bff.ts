import { commands } from "../../cli/commands.ts";
import { runCommand } from "../../cli/run-command.ts";

/** What a command has left behind. */
export interface Ran {
  readonly code: number;
  readonly said: readonly string[];
  readonly complaints: string;
}

/** Runs `bff` in this process, with no other environment than this. */
export async function runBff(args: readonly string[], env: Record<string, string> = {}): Promise<Ran> {
  const said: string[] = [];
  const complaints: string[] = [];
  const code = await runCommand(commands, args, {
    env,
    print: (line) => said.push(line),
    complain: (line) => complaints.push(line),
  });
  return { code, said, complaints: complaints.join("\n") };
}
