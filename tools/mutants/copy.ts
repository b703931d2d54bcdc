import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

/**
 * Copies the working tree as it is, without what git ignores, and links the installed packages: what its tests
 * resolve is the copy itself, and no defect is ever in the tree that people work on. A copy that is there already is
 * brought up to date.
 */
export function copyTree(root: string, copy: string): void {
  const listed = spawnSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], {
    cwd: root,
    encoding: "utf8",
  });
  const files = listed.stdout.split("\0").filter((path) => path !== "" && existsSync(join(root, path)));
  const isInstalled = sameText(join(root, "pnpm-lock.yaml"), join(copy, "pnpm-lock.yaml"));
  const list = join(copy, ".files");
  const before = existsSync(list) ? readFileSync(list, "utf8").split("\0") : [];
  mkdirSync(copy, { recursive: true });
  writeFileSync(list, [...new Set([...before, ...files])].join("\0"));
  for (const path of before.filter((path) => !files.includes(path)))
    rmSync(join(copy, path), { force: true });
  for (const path of files) {
    mkdirSync(dirname(join(copy, path)), { recursive: true });
    cpSync(join(root, path), join(copy, path));
  }
  if (!isInstalled) install(root, copy);
}

function install(root: string, copy: string): void {
  const options = ["--offline", "--frozen-lockfile", "--reporter=silent"];
  if (spawnSync("pnpm", ["install", ...options], { cwd: copy, stdio: "inherit" }).status !== 0) {
    rmSync(join(copy, "pnpm-lock.yaml"));
    throw new Error("the copy could not be installed");
  }
  // An empty embedded database, which takes seconds to make: see `createTestPglite`.
  const cache = join("packages", "core", "node_modules", ".cache");
  if (existsSync(join(root, cache))) cpSync(join(root, cache), join(copy, cache), { recursive: true });
}

function sameText(one: string, other: string): boolean {
  return existsSync(other) && readFileSync(one, "utf8") === readFileSync(other, "utf8");
}
