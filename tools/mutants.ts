import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Mutant, mutants } from "./mutants/mutants.ts";

// `pnpm mutants [word]`: puts each defect of the list into a copy of the sources, runs the test that must notice it,
// and prints caught / total. A defect whose text is not found, or whose test fails without it, counts as survived.

const root = fileURLToPath(new URL("..", import.meta.url));
const copy = join(root, ".cache", "mutants");

/** The tracked files, with every folder of installed packages linked: what tests resolve is the copy itself. */
function makeCopy(): void {
  rmSync(copy, { recursive: true, force: true });
  mkdirSync(copy, { recursive: true });
  const files = spawnSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], {
    cwd: root,
    encoding: "utf8",
  });
  for (const path of files.stdout.split("\0").filter((path) => path !== "" && existsSync(join(root, path)))) {
    mkdirSync(dirname(join(copy, path)), { recursive: true });
    cpSync(join(root, path), join(copy, path));
  }
  const installed = spawnSync("pnpm", ["install", "--offline", "--frozen-lockfile", "--reporter=silent"], {
    cwd: copy,
    stdio: "inherit",
  });
  if (installed.status !== 0) throw new Error("the copy could not be installed");
}

function testPasses([project, file]: Mutant["test"]): boolean {
  const run = spawnSync("pnpm", ["exec", "vitest", "run", "--project", project, file], {
    cwd: copy,
    encoding: "utf8",
    env: { ...process.env, NO_COLOR: "1" },
  });
  return run.status === 0;
}

function isCaught({ file, find, replace, test }: Mutant): boolean | string {
  const path = join(copy, file);
  const text = readFileSync(path, "utf8");
  if (text.split(find).length !== 2) return "its text is not there exactly once";
  writeFileSync(
    path,
    text.replace(find, () => replace),
  );
  try {
    return !testPasses(test);
  } finally {
    writeFileSync(path, text);
  }
}

const [word = ""] = process.argv.slice(2);
const chosen = mutants.filter((mutant) => mutant.name.includes(word));
makeCopy();
const baselines = new Map(chosen.map(({ test }) => [test.join(" "), test]));
for (const test of baselines.values())
  if (!testPasses(test)) throw new Error(`${test[1]} fails without any defect`);
let caught = 0;
for (const mutant of chosen) {
  const result = isCaught(mutant);
  if (result === true) caught += 1;
  console.log(
    `${result === true ? "caught  " : "SURVIVED"} ${mutant.name}${typeof result === "string" ? `: ${result}` : ""}`,
  );
}
console.log(`${caught} / ${chosen.length} caught`);
process.exitCode = caught === chosen.length ? 0 : 1;
