import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Mutant } from "./mutant.ts";

/** A file with its defect, not yet written. */
export interface Applied {
  readonly path: string;
  readonly before: string;
  readonly after: string;
}

/**
 * Finds what a mutant changes below `root`, and changes it. Writes nothing.
 *
 * @throws Error - its text is not there, or more than once: then it proves nothing.
 */
export function apply(root: string, mutant: Mutant): Applied {
  const { path, before } = fileOf(root, mutant);
  const [start, end] = section(before, mutant);
  const inside = before.slice(start, end);
  const pattern = new RegExp(mutant.find.trim().split(/\s+/).map(literally).join("\\s+"), "g");
  const found = inside.match(pattern)?.length ?? 0;
  if (found === 0) throw new Error("its text is not there any more");
  if (found > 1 && mutant.everywhere !== true) throw new Error(`its text is there ${found} times`);
  const changed = inside.replace(pattern, () => mutant.replace);
  return { path, before, after: before.slice(0, start) + changed + before.slice(end) };
}

/** A regular expression that means just this text. */
export function literally(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/-]/g, "\\$&");
}

function fileOf(root: string, { file, within }: Mutant): { path: string; before: string } {
  const path = join(root, file);
  const candidates = statSync(path).isDirectory()
    ? readdirSync(path)
        .sort()
        .map((name) => join(path, name))
    : [path];
  const having = candidates
    .map((candidate) => ({ path: candidate, before: readFileSync(candidate, "utf8") }))
    .filter(({ before }) => within === undefined || placeOf(before, within) !== -1);
  const last = having.at(-1);
  if (last === undefined) throw new Error(`nothing begins with "${within}" any more`);
  return last;
}

/** From the beginning that was named to the line that ends it: `$$;` of a function, `)` of a table, `}` of TypeScript. */
function section(text: string, { within }: Mutant): [number, number] {
  if (within === undefined) return [0, text.length];
  const start = placeOf(text, within);
  const ends = within.includes("table ") ? /^\)/m : /^(?:end )?\$\$|^\}/m;
  const length = text.slice(start).search(ends);
  return [start, length === -1 ? text.length : start + length];
}

/** Where it begins for the last time; -1: nowhere. Of an SQL function its definition is meant, not its use. */
function placeOf(text: string, within: string): number {
  const isSqlFunction = /^function (?:genbff|public)\./.test(within);
  const beginnings = isSqlFunction ? [`create ${within}`, `create or replace ${within}`] : [within];
  return Math.max(...beginnings.map((beginning) => text.lastIndexOf(beginning)));
}
