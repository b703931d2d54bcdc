// `node tools/lambda/bundle.ts [names]`: bundles functions for Lambda out of what the packages built, as a team would.
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { handlers } from "./handlers.ts";

const inRepository = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
/** CommonJS inside a module asks for `require`. */
const banner = `import{createRequire}from"node:module";const require=createRequire(import.meta.url);`;

/** @returns the path of the bundle. */
export async function bundle(name: string): Promise<string> {
  const handler = handlers[name];
  if (!handler) throw new Error(`There is no handler "${name}", but ${Object.keys(handlers).join(", ")}.`);
  const outfile = inRepository(`.cache/lambda/${name}.mjs`);
  await build({
    // The example has every package among its dependencies.
    stdin: {
      contents: handler.source,
      resolveDir: inRepository("examples/makeit3d"),
      sourcefile: `${name}.js`,
    },
    outfile,
    bundle: true,
    minify: true,
    format: "esm",
    platform: "node",
    target: "node22",
    // Not the default of `platform: "node"`: the ES modules of supabase-js are 40 kB smaller than its CommonJS.
    mainFields: ["module", "main"],
    external: [...handler.external],
    banner: { js: banner },
    logLevel: "error",
  });
  return outfile;
}

if (import.meta.main) {
  const names = process.argv.slice(2);
  await Promise.all((names.length > 0 ? names : Object.keys(handlers)).map(bundle));
}
