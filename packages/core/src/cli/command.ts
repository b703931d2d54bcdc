/** What a command may use of the process it runs in: tests give it another one. */
export interface CommandHost {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** A line for people, on standard output. */
  print(line: string): void;
  /** A line about what went wrong, on standard error. */
  complain(line: string): void;
}

/** One command of `bff`: one file, named in `commands.ts`. */
export interface Command {
  readonly name: string;
  /** For the list of commands, in a few words. */
  readonly summary: string;
  /** What `bff <name> --help` prints. */
  readonly usage: string;
  /**
   * Resolves to the exit code: 0 done, 1 failed (after `complain`), and what else the usage says.
   *
   * @throws UsageError - the arguments make no sense; `bff` prints the usage and exits with 2.
   */
  run(args: readonly string[], host: CommandHost): Promise<number>;
}

/** The command line cannot be read: says what is wrong with it. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}
