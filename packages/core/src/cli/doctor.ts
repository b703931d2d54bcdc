import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import type { Bff } from "../create-bff.ts";
import type { Diagnosis } from "../diagnosis/diagnose.ts";
import { redactText } from "../shared/redact-text.ts";
import { type Command, type CommandHost, UsageError } from "./command.ts";

const usage = `Usage: bff doctor <module> [options]

Looks at the configuration, the database, the clocks, the prices, the storage and the sign-in of your BFF, and says of
each what is wrong and how to mend it. The module is the file of yours that exports what createBff gave, with the
environment that your server has: bff doctor ./src/bff.ts. It is not started, and nothing is changed but one file of
storage, which is removed again. Node 22.18 and newer read .ts; older ones take what you have built.

  --token-file <path>           a file with a user's access token (- reads standard input): says why it is not let in
  --json                        one JSON object: {"healthy": …, "findings": [{"part", "status", "message"}]}
  --help                        shows this

Exit codes: 0 healthy (warnings included), 1 something is to be mended, 2 wrong usage.`;

const options = {
  json: { type: "boolean" },
  "token-file": { type: "string" },
} as const;

type Doctored = Pick<Bff<object>, "diagnose" | "database">;

/** `bff doctor`: says what is wrong before anybody is there to notice. */
export const doctorCommand: Command = {
  name: "doctor",
  summary: "says what is wrong with your BFF's parts, and how to mend it",
  usage,
  async run(args, host) {
    const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true });
    const [path, ...more] = positionals;
    if (path === undefined || more.length > 0)
      throw new UsageError("Name the one file that exports your BFF");
    const token = await readToken(values["token-file"]);
    const findings = await examine(path, token);
    // A driver's message may hold what an operator has put into a URL.
    const told = findings.map((finding) => ({ ...finding, message: redactText(finding.message) }));
    const healthy = told.every(({ status }) => status !== "problem");
    if (values.json) host.print(JSON.stringify({ healthy, findings: told }, null, 2));
    else print(told, healthy, host);
    return healthy ? 0 : 1;
  },
};

async function readToken(file: string | undefined): Promise<string | undefined> {
  if (file === undefined) return undefined;
  const text = await readFile(file === "-" ? "/dev/stdin" : file, "utf8");
  return text.trim().replace(/^bearer /i, "");
}

async function examine(path: string, token: string | undefined): Promise<readonly Diagnosis[]> {
  const loaded = await load(path);
  if ("message" in loaded) return [{ part: "configuration", ...loaded }];
  try {
    return await loaded.diagnose({ token });
  } finally {
    await loaded.database.close();
  }
}

/** What the module exports; a configuration that cannot be is said by `createBff`, or by whoever reads the environment. */
async function load(path: string): Promise<Doctored | Pick<Diagnosis, "status" | "message">> {
  const failed = (message: string) => ({ status: "problem", message }) as const;
  try {
    const module = (await import(pathToFileURL(resolve(path)).href)) as Record<string, unknown>;
    const found = [module.bff, ...Object.values(module)].find(isBff);
    return (
      found ?? failed(`${path} exports no BFF: export what createBff gives, as \`export const bff = …\``)
    );
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    if (code === "ERR_UNKNOWN_FILE_EXTENSION")
      return failed(
        `This Node does not read ${path}: take Node 22.18 or newer, or the .js that you have built`,
      );
    return failed(message);
  }
}

function isBff(value: unknown): value is Doctored {
  return typeof (value as Partial<Doctored> | undefined)?.diagnose === "function";
}

const marks = { ok: "ok     ", warning: "warning", problem: "PROBLEM" };

function print(findings: readonly Diagnosis[], healthy: boolean, { print: say }: CommandHost): void {
  for (const { part, status, message } of findings)
    say(`${marks[status]}  ${part.padEnd(13)}  ${message.replaceAll("\n", `\n${" ".repeat(24)}`)}`);
  const count = findings.filter(({ status }) => status === "problem").length;
  say(healthy ? "\nHealthy" : `\nTo be mended: ${count}`);
}
