import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { seedPglite } from "../../../packages/core/src/testing/embedded/test-pglite.ts";
import { programEnvironment } from "../../../packages/core/src/testing/program-environment.ts";
import { freePorts } from "../../makeit3d/tests/server-process.ts";

const main = fileURLToPath(new URL("../src/main.ts", import.meta.url));

/** The example as `npm run example:logokraft` runs it: embedded, without keys. */
export interface LogokraftProcess {
  readonly url: string;
  /** SIGKILL, and the same again at the same address. */
  killAndStart(): Promise<void>;
  /** SIGTERM; its folder goes with it. Resolves to the exit code. */
  end(): Promise<number | null>;
}

/** Starts one with a folder and ports of its own. */
export async function startLogokraftProcess(
  environment: Record<string, string> = {},
): Promise<LogokraftProcess> {
  const folder = await mkdtemp(join(tmpdir(), "genbff-logokraft-"));
  await seedPglite(join(folder, "database"));
  const [port, simulatorPort] = (await freePorts(2)).map(String);
  const env = {
    ...programEnvironment,
    DATA_DIR: folder,
    PORT: port ?? "",
    SIMULATOR_PORT: simulatorPort ?? "",
    ...environment,
  };
  let child = await start(env);
  const signal = async (name: NodeJS.Signals) => {
    const ended = once(child, "exit");
    child.kill(name);
    await ended;
  };
  return {
    url: `http://127.0.0.1:${port}`,
    async killAndStart() {
      await signal("SIGKILL");
      child = await start(env);
    },
    async end() {
      await signal("SIGTERM");
      await rm(folder, { recursive: true, force: true });
      return child.exitCode;
    },
  };
}

/** Resolves once it has printed its address. */
async function start(env: Record<string, string>): Promise<ChildProcess> {
  const child = spawn(process.execPath, ["--conditions=@genbff/source", main], {
    env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  await new Promise<void>((resolve, reject) => {
    const read = (chunk: Buffer) => {
      output += chunk.toString();
      if (/LogoKraft: http/.test(output)) resolve();
    };
    child.stdout?.on("data", read);
    child.stderr?.on("data", read);
    child.once("exit", (code) => reject(new Error(`it ended with ${code}: ${output.slice(-2000)}`)));
  });
  return child;
}
