import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";
import { type Program, startProgram } from "../../../packages/core/src/testing/start-program.ts";

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

/** Runs a service's own command. `here` maps what the compose file says of its network and folders to this machine's. */
export function runService(service: Service, here: (text: string) => string): Program {
  const [program = "", ...args] = (service.command ?? []).map(here);
  const given = Object.entries(service.environment ?? {}).map(([name, value]) => [name, here(String(value))]);
  return startProgram([program === "node" ? process.execPath : program, ...args], {
    cwd: root,
    env: Object.fromEntries(given),
    // As the compose file has it: no other names are given to the vendors.
    vendorsAreNamed: true,
  });
}
