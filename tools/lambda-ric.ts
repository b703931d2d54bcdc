// `pnpm test:lambda-ric`: the example's functions under AWS's own runtime client instead of ours. No part of `npm test`: it
// has to be compiled, which takes minutes and CMake, a C++ compiler, make, autoconf, automake, libtool and libcurl's headers.
// It is put in .cache/lambda-ric and is no dependency of anything.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const folder = join(root, ".cache", "lambda-ric");
const client = join(folder, "node_modules", ".bin", "aws-lambda-ric");
const shell = process.platform === "win32";

if (!existsSync(client)) {
  const missing = ["cmake", "g++", "make", "autoconf", "automake", "libtoolize"].filter(
    (tool) => spawnSync(tool, ["--version"], { stdio: "ignore" }).error !== undefined,
  );
  if (missing.length > 0) {
    console.log(`Nothing was tested: aws-lambda-ric cannot be compiled without ${missing.join(", ")}.`);
    process.exit();
  }
  const install = [
    "install",
    "--prefix",
    folder,
    "--no-save",
    "--no-audit",
    "--no-fund",
    "aws-lambda-ric@4.0.2",
  ];
  const { status } = spawnSync("npm", install, { cwd: root, stdio: "inherit", shell });
  if (status !== 0) process.exit(status ?? 1);
}
const { status } = spawnSync("vitest", ["run", "--config", "examples/lambda/vitest.live.config.ts"], {
  cwd: root,
  env: { ...process.env, LAMBDA_RIC: client },
  stdio: "inherit",
  shell,
});
process.exitCode = status ?? 1;
