import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";

/**
 * Copies the working tree as it is, without what git ignores, and links the installed packages: what its tests
 * resolve is the copy itself, and no defect is ever in the tree that people work on.
 */
export function copyTree(root: string, copy: string): void {
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
