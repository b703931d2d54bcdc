import { execFile } from "node:child_process";
import { existsSync, globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { commands as bffCommands } from "../../../../packages/core/src/cli/commands.ts";
import { runCommand } from "../../../../packages/core/src/cli/run-command.ts";
import { project } from "./issuer.ts";
import { root } from "./pages.ts";
import type { World } from "./world.ts";

const read = (path: string) => readFileSync(join(root, path), "utf8");
const json = (path: string) => JSON.parse(read(path));

/** Every command that the pages may show, and how it is known to work. */
const commands: readonly { pattern: RegExp; proof: (match: RegExpExecArray, world: World) => unknown }[] = [
  // tests/kill.test.ts starts this very file; CI starts this very command.
  {
    pattern: /^npm start$/,
    proof: () => isIn(json("package.json").scripts.start, "examples/makeit3d/src/main.ts"),
  },
  // tests/compose.test.ts starts this very file.
  {
    pattern: /^npm run worker$/,
    proof: () => isIn(json("package.json").scripts.worker, "examples/makeit3d/src/worker.ts"),
  },
  // Each example's own tests start the same file.
  {
    pattern: /^npm run example:([\w-]+)$/,
    proof: ([, name = ""]) => isIn(json("package.json").scripts[`example:${name}`], `examples/${name}/`),
  },
  { pattern: /^npm test$/, proof: () => isIn(read(".ci/run"), "npm test") },
  {
    pattern: /^npm install (?:--save-dev )?([\w@/ -]+)$/,
    proof: ([, names = ""]) => names.split(" ").map(isKnownPackage),
  },
  { pattern: /^git clone (\S+)$/, proof: ([, url = ""]) => isIn(read("packages/core/package.json"), url) },
  { pattern: /^cd genbff$/, proof: () => undefined },
  {
    pattern:
      /^export PATH="\$PWD\/\.cache\/toolchain\/node_modules\/\.bin:\$PWD\/node_modules\/\.bin:\$PATH"$/,
    proof: () => isIn(read("tools/run.mjs"), '".cache", "toolchain"'),
  },
  {
    pattern: /^pnpm vitest run --project ([\w-]+) ([\w-]+)(?: -t "([^"]+)")?$/,
    proof: ([, project = "", file = "", name]) => isTest(project, file, name),
  },
  {
    pattern: /^pnpm (check|snapshot|format|test:live-supabase|test:live-s3)$/,
    proof: ([, script = ""]) => isIn(Object.keys(json("package.json").scripts).join(" "), script),
  },
  // generations/simulation.test.ts lives a few seeds of it.
  {
    pattern: /^pnpm simulate --seed \d+ --generations \d+$/,
    proof: () => isIn(json("package.json").scripts.simulate, "tools/simulate/main.ts"),
  },
  {
    pattern: /^pnpm changeset$/,
    proof: () => isIn(Object.keys(json("package.json").devDependencies).join(" "), "@changesets/cli"),
  },
  {
    pattern: /^pnpm mutants((?: --only "[^"]+")*)(?: --list)?$/,
    proof: ([, only = ""]) =>
      [...only.matchAll(/"([^"]+)"/g)].map(([, words = ""]) => isInSome("tools/mutants/list/*.ts", words)),
  },
  // packages/simulator/src/cli.test.ts builds this command and starts it.
  {
    pattern: /^npx @genbff\/simulator((?: --[\w-]+ [\w.]+)*)$/,
    proof: ([, flags = ""]) =>
      [...flags.matchAll(/(--[\w-]+)/g)].map(([flag]) =>
        isIn(read("packages/simulator/src/command.ts"), flag),
      ),
  },
  // tests/supabase.test.ts runs both on a project that is played.
  {
    pattern:
      /^pnpm bff (migrate --emit supabase\/migrations) \$\(node (examples\/makeit3d\/src\/migrate-options\.ts)\)$/,
    proof: ([, command = "", options = ""]) => emit(command.split(" "), options),
  },
  {
    pattern: /^pnpm bff doctor (examples\/makeit3d\/src\/doctor\.ts)$/,
    proof: ([, path = ""]) => isIn(json("package.json").scripts.bff, "cli/main.ts") ?? read(path),
  },
  // The settings of the block before it, into the shell; the Supabase CLI is somebody else's.
  { pattern: /^set -a; \. \.\/\.env; set \+a$/, proof: () => undefined },
  { pattern: /^supabase (link --project-ref [a-z]{20}|db push)$/, proof: () => undefined },
  { pattern: /^npx bff (.+)$/, proof: ([, words = ""]) => bff(words.split(" ")) },
  { pattern: /^curl .*$/, proof: ([line], world) => curl(line, world) },
];

/** Shows that a line of a `sh` block works; rejects where it does not, or where nobody has said how that is known. */
export async function proveCommand(line: string, world: World): Promise<void> {
  for (const { pattern, proof } of commands) {
    const match = pattern.exec(line);
    if (match) return void (await proof(match, world));
  }
  throw new Error(`"${line}" is not in the table of commands: say there how it is known to work`);
}

/** Writes them into the page's own folder. */
async function emit(command: readonly string[], options: string): Promise<void> {
  const { stdout } = await promisify(execFile)(process.execPath, [join(root, options)], {
    env: { SUPABASE_URL: project, SUPABASE_SERVICE_ROLE_KEY: "sb_secret_any" },
  });
  await bff([...command, ...stdout.trim().split(" ")]);
}

function isIn(text: string, part: string): void {
  if (!text.includes(part)) throw new Error(`"${part}" is not there any more`);
}

function isInSome(glob: string, part: string): void {
  isIn(globSync(glob, { cwd: root }).map(read).join("\n"), part);
}

/** Ours, or one that ours work with. */
function isKnownPackage(name: string): void {
  const manifests = globSync("{packages,examples}/*/package.json", { cwd: root }).map(json);
  const known = manifests.flatMap((manifest) => [
    manifest.name,
    ...Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies }),
  ]);
  if (!known.includes(name)) throw new Error(`No package of ours is or needs "${name}"`);
}

function isTest(project: string, part: string, name: string | undefined): void {
  const config = globSync(["tools/vitest.config.ts", "{packages,examples}/*/vitest.config.ts"], {
    cwd: root,
  }).find((path) => read(path).includes(`name: "${project}"`));
  if (!config) throw new Error(`There is no project "${project}"`);
  const tests = globSync(join(config, "..", "**/*.test.ts"), {
    cwd: root,
    exclude: (path) => path.includes("node_modules"),
  });
  const found = tests.filter((path) => path.includes(part));
  if (found.length === 0) throw new Error(`No test of ${project} has "${part}" in its path`);
  // Names may be put together from a table: their words must all be there.
  const words = (name ?? "").split(" ");
  if (!found.some((path) => words.every((word) => read(path).includes(word))))
    throw new Error(`No test is named "${name}"`);
}

/** Runs the command itself, in the page's folder, on the page's database. */
async function bff(args: readonly string[]): Promise<void> {
  const complaints: string[] = [];
  const code = await runCommand(bffCommands, args, {
    env: process.env,
    print: () => undefined,
    complain: (line) => complaints.push(line),
  });
  if (code !== 0) throw new Error(`bff ${args.join(" ")} exits with ${code}: ${complaints.join("\n")}`);
}

async function curl(line: string, world: World): Promise<void> {
  if (!existsSync("/usr/bin/curl")) return;
  const { stdout } = await promisify(execFile)("bash", [
    "-c",
    line.replaceAll("http://localhost:3000", world.serverUrl()),
  ]);
  if (!stdout.startsWith("{")) throw new Error(`${line}: ${stdout}`);
}
