// `node examples/makeit3d/src/migrate-options.ts` prints what `bff migrate` is to be told for this environment.
import { fileURLToPath } from "node:url";
import { type Config, readConfig } from "./config.ts";

/** The example's own migrations, and what clients of a Supabase project read. */
export function migrateOptions({ supabase }: Pick<Config, "supabase">): string[] {
  const own = ["--folder", `makeit3d=${fileURLToPath(new URL("../sql", import.meta.url))}`];
  if (supabase === undefined) return own;
  return [...own, ...supabase.views.flatMap((view) => ["--view", view]), "--bucket", supabase.bucket];
}

if (import.meta.main) console.log(migrateOptions(readConfig(process.env)).join(" "));
