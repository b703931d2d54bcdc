import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach } from "vitest";
import { coreMigrations } from "../../database/migration-files.ts";

/** The library's own files, as they lie in `sql/migrations`. */
export const coreNames: readonly string[] = readdirSync(coreMigrations().path)
  .filter((name) => name.endsWith(".sql"))
  .sort();

/** A project's folders, new for each test. */
export interface EmittedFolder {
  /** Of the project. */
  readonly root: string;
  /** Its `supabase/migrations`, made by whoever writes there first. */
  readonly path: string;
  names(): string[];
  read(name: string): string;
}

/** Makes one before each test, and deletes it after it. */
export function emittedFolder(): EmittedFolder {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "genbff-emit-"));
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));
  const path = () => join(root, "supabase", "migrations");
  return {
    get root() {
      return root;
    },
    get path() {
      return path();
    },
    names: () => readdirSync(path()).sort(),
    read: (name) => readFileSync(join(path(), name), "utf8"),
  };
}
