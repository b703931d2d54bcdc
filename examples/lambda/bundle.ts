import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const folder = fileURLToPath(new URL(".", import.meta.url));

/** Bundled CommonJS asks for `require`, which an ES module does not have. */
const banner = "import{createRequire}from'node:module';const require=createRequire(import.meta.url);";

/**
 * Puts the three functions into a folder: `http.mjs`, `queue.mjs`, `schedule.mjs`, and what they share beside them, so that
 * one upload is the code of all three. Resolves to the bytes of everything.
 *
 * @param outdir - Default `.build`, where `template.yaml` looks for it.
 */
export async function bundle(outdir = `${folder}.build`): Promise<number> {
  const { metafile } = await build({
    absWorkingDir: folder,
    entryPoints: ["src/http.ts", "src/queue.ts", "src/schedule.ts"],
    outdir,
    bundle: true,
    minify: true,
    // Names of classes are what logs and error handlers see.
    keepNames: true,
    splitting: true,
    format: "esm",
    outExtension: { ".js": ".mjs" },
    platform: "node",
    target: "node24",
    banner: { js: banner },
    conditions: ["@genbff/source"],
    // A driver of Postgres in C, which pg takes where it is installed.
    external: ["pg-native"],
    metafile: true,
    logLevel: "warning",
  });
  return Object.values(metafile.outputs).reduce((sum, { bytes }) => sum + bytes, 0);
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  console.log(`${Math.round((await bundle()) / 1000)} kB in .build`);
