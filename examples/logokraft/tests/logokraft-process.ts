import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { seedPglite } from "../../../packages/core/src/testing/embedded/test-pglite.ts";
import { nodeProgram, type Program, startProgram } from "../../../packages/core/src/testing/start-program.ts";
import { freePorts } from "../../makeit3d/tests/server-process.ts";
import { readSecret } from "../src/secrets.ts";

const main = fileURLToPath(new URL("../src/main.ts", import.meta.url));

/** The example as `npm run example:logokraft` runs it: embedded, without keys. */
export interface LogokraftProcess {
  readonly url: string;
  /** SIGKILL, and the same again at the same address. */
  killAndStart(): Promise<void>;
  /** SIGTERM; its folder goes with it. Resolves to the exit code, or to the signal that ended it. */
  end(): Promise<number | NodeJS.Signals | null>;
}

/** Starts one with a folder and ports of its own. */
export async function startLogokraftProcess(
  environment: Record<string, string> = {},
): Promise<LogokraftProcess> {
  const folder = await mkdtemp(join(tmpdir(), "genbff-logokraft-"));
  await seedPglite(join(folder, "database"));
  const [port, simulatorPort] = (await freePorts(2)).map(String);
  const kept = join(folder, "secrets");
  const secrets = [await readSecret(kept, "tokens"), await readSecret(kept, "links")];
  const env = {
    DATA_DIR: folder,
    PORT: port ?? "",
    SIMULATOR_PORT: simulatorPort ?? "",
    ...environment,
  };
  let program = await start(env, secrets);
  const end = (name: NodeJS.Signals) => {
    program.signal(name);
    return program.ended;
  };
  return {
    url: program.at(`http://127.0.0.1:${port}`),
    async killAndStart() {
      await end("SIGKILL");
      program = await start(env, secrets);
      program.at(`http://127.0.0.1:${port}`);
    },
    async end() {
      const how = await end("SIGTERM");
      await rm(folder, { recursive: true, force: true });
      return how;
    },
  };
}

/** Resolves once it has printed its address. */
async function start(env: Record<string, string>, secrets: readonly string[]): Promise<Program> {
  const program = startProgram(nodeProgram(main), { env, secrets });
  await program.says(/LogoKraft: http/);
  return program;
}
