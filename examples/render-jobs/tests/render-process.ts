import { fileURLToPath } from "node:url";
import { nodeProgram, type Program, startProgram } from "../../../packages/core/src/testing/start-program.ts";
import { readSecret } from "../src/secret.ts";

const main = fileURLToPath(new URL("../src/main.ts", import.meta.url));

/** Starts the example as `npm run example:render-jobs` does, in a process of its own. `preload`: a module that runs before it. */
export async function startRenderProcess(
  environment: Readonly<Record<string, string>> & { readonly DATA_DIR: string },
  preload?: URL,
): Promise<{ readonly program: Program; readonly url: string }> {
  const imports = preload === undefined ? [] : ["--import", preload.href];
  const program = startProgram(nodeProgram(...imports, main), {
    env: { PORT: "0", ...environment },
    secrets: [await readSecret(environment.DATA_DIR)],
  });
  return { program, url: program.at(await program.says(/^Render jobs: (\S+)\n/m)) };
}
