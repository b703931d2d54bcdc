import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

// What others can import. A name that appears here can never be taken back without a major version: a change of
// the snapshot is looked at as such.

const packages = fileURLToPath(new URL("../packages", import.meta.url));

interface Manifest {
  readonly name: string;
  readonly exports: Record<string, string | { "@genbff/source"?: string }>;
}

/** `@genbff/core/files` → the source that it is made of. */
function entryPoints(): [string, string][] {
  return readdirSync(packages, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .flatMap(({ name: folder }) => {
      const manifest = JSON.parse(readFileSync(join(packages, folder, "package.json"), "utf8")) as Manifest;
      return Object.entries(manifest.exports).flatMap(([path, target]): [string, string][] => {
        const source = typeof target === "string" ? undefined : target["@genbff/source"];
        if (source === undefined) return [];
        return [[manifest.name + path.slice(1), resolve(packages, folder, source)]];
      });
    })
    .sort(([one], [other]) => (one < other ? -1 : 1));
}

/** Name → whether it exists in types only. */
function namesIn(source: string): Map<string, boolean> {
  const names = new Map<string, boolean>();
  const text = source.replaceAll(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, "");
  const declared = /^export (?:declare )?(?:async )?(function|const|class|interface|type) (\w+)/gm;
  for (const [, kind = "", name = ""] of text.matchAll(declared))
    names.set(name, names.get(name) !== false && (kind === "interface" || kind === "type"));
  for (const [, onlyTypes, list = ""] of text.matchAll(/^export (type )?\{([^}]*)\}/gm))
    for (const item of list.split(",")) {
      const [, type, name] = /^\s*(type )?(?:\w+ as )?(\w+)\s*$/.exec(item) ?? [];
      if (name) names.set(name, onlyTypes !== undefined || type !== undefined);
    }
  return names;
}

it.each(entryPoints())("%s exports what its source says", async (_name, path) => {
  const values = [...namesIn(readFileSync(path, "utf8"))].filter(([, isType]) => !isType);
  const module = (await import(/* @vite-ignore */ path)) as object;
  expect(Object.keys(module).sort()).toEqual(values.map(([name]) => name).sort());
});

it("the public names are those that were agreed on: `vitest run --project structure -u` takes new ones", async () => {
  const lines = entryPoints().flatMap(([name, path]) => [
    name,
    ...[...namesIn(readFileSync(path, "utf8"))]
      .map(([exported, isType]) => `  ${exported}${isType ? " (type)" : ""}`)
      .sort(),
    "",
  ]);
  await expect(lines.join("\n")).toMatchFileSnapshot("public-names.snapshot.txt");
});
