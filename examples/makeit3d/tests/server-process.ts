import { once } from "node:events";
import { createServer } from "node:net";
import { fileURLToPath } from "node:url";
import { nodeProgram, startProgram } from "../../../packages/core/src/testing/start-program.ts";
import { readSecrets } from "../src/secrets.ts";

const main = fileURLToPath(new URL("../src/main.ts", import.meta.url));

/** The example as a real process, as `npm start` runs it. */
export interface ServerProcess {
  readonly url: string;
  readonly simulatorUrl: string;
  /** SIGKILL: nothing is flushed, nothing is said goodbye to. */
  kill(): Promise<void>;
  /** SIGTERM; resolves to the exit code, or to the signal that ended it. */
  stop(): Promise<number | NodeJS.Signals | null>;
}

/** What it finds in its environment. */
export type Environment = Readonly<Record<string, string>> & { readonly DATA_DIR: string };

/** Ports that nobody listens on: a server that is killed and started again must come back at the same address. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, "127.0.0.1"));
  await Promise.all(servers.map((server) => once(server, "listening")));
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

/** Hosts and models of the vendors, by no name that the example has for them. */
const vendorsWords = ["tripo3d", "openai.com", "gpt-image"];
/** The keys of those that are played. */
const keys = ["sk-local", "tsk_local"];

/** Starts the example and resolves once it has printed its address. It sells under the vendors' own names, as it is set. */
export async function startServer(environment: Environment): Promise<ServerProcess> {
  const simulatorUrl = environment.SIMULATOR_URL ?? `http://127.0.0.1:${environment.SIMULATOR_PORT}`;
  const { links, tokens } = await readSecrets(environment.DATA_DIR);
  const program = startProgram(nodeProgram(main), {
    env: { LOG_LEVEL: "error", ...environment },
    words: [...vendorsWords, new URL(simulatorUrl).host],
    secrets: [links, tokens, ...keys],
    vendorsAreNamed: environment.PROVIDER_NAMES === undefined,
    toDevelopers: "/dev/simulator",
  });
  const { signal, ended } = program;
  return {
    url: program.at(await program.says(/GenBFF studio: (\S+)\n/)),
    simulatorUrl,
    async kill() {
      signal("SIGKILL");
      await ended;
    },
    async stop() {
      signal("SIGTERM");
      return await ended;
    },
  };
}
