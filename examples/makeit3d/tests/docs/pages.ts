import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Block, blocksOf } from "../../../../tools/docs/blocks.ts";

export const root = fileURLToPath(new URL("../../../..", import.meta.url));

/** A page of the documentation. */
export interface Page {
  /** From the root of the repository. */
  readonly path: string;
  readonly text: string;
  readonly blocks: readonly Block[];
}

/** Its files are a vendor, which packages/providers/src/contributing.test.ts takes through the providers' own suite. */
export const contributing = "docs/contributing-a-provider.md";

/** Every Markdown page that people read, changesets and changelogs aside. */
export function readPages(): Page[] {
  const listed = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard", "*.md"], {
    cwd: root,
    encoding: "utf8",
  });
  return listed
    .split("\n")
    .filter(
      (path) => path !== "" && !/^\.changeset|CHANGELOG|LICENSE/.test(path) && existsSync(join(root, path)),
    )
    .map((path) => {
      const text = readFileSync(join(root, path), "utf8");
      return { path, text, blocks: blocksOf(text) };
    });
}
