import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";
import { programEnvironment } from "../../../packages/core/src/testing/program-environment.ts";

const root = fileURLToPath(new URL("../../..", import.meta.url));

/** As much of a service as a process has. */
interface Service {
  readonly image?: string;
  readonly build?: string;
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly deploy: {
    readonly resources: { readonly limits: { readonly cpus: string; readonly memory: string } };
  };
}

/** The compose file's services, as Docker reads them. */
export async function readServices(): Promise<Readonly<Record<string, Service>>> {
  const text = await readFile(`${root}/docker-compose.yml`, "utf8");
  return (parse(text, { merge: true }) as { services: Record<string, Service> }).services;
}

/** The Dockerfile's last stage, line by line, with what a backslash continues. */
export async function readImage(): Promise<readonly string[]> {
  const text = await readFile(`${root}/Dockerfile`, "utf8");
  const lines = text.replaceAll("\\\n", " ").split("\n");
  return lines.slice(lines.findLastIndex((line) => line.startsWith("FROM ")));
}

/** A service's own command as a process of this machine. */
export interface ServiceProcess {
  /** Resolves when it has said this. */
  says(text: string): Promise<void>;
  kill(signal: NodeJS.Signals): void;
  readonly ended: Promise<unknown>;
}

/** Runs it. `here` maps what the compose file says of its network and folders to this machine's. */
export function runService(service: Service, here: (text: string) => string): ServiceProcess {
  const [program = "", ...args] = (service.command ?? []).map(here);
  const given = Object.entries(service.environment ?? {}).map(([name, value]) => [name, here(String(value))]);
  const child: ChildProcess = spawn(program === "node" ? process.execPath : program, args, {
    cwd: root,
    env: { ...programEnvironment, ...Object.fromEntries(given) },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  const hears = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr])
    stream?.on("data", (chunk: Buffer) => {
      said += chunk.toString();
      for (const hear of hears) hear();
    });
  const ended = once(child, "exit");
  return {
    async says(text) {
      const heard = Promise.withResolvers<void>();
      const hear = () => void (said.includes(text) && heard.resolve());
      hears.add(hear);
      hear();
      const died = ended.then(() => {
        throw new Error(`${args.join(" ")} ended before it said "${text}": ${said.slice(-2000)}`);
      });
      await Promise.race([heard.promise, died]);
      hears.delete(hear);
    },
    kill: (signal) => void child.kill(signal),
    ended,
  };
}
