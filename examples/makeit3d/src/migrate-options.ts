// `node examples/makeit3d/src/migrate-options.ts` prints what `bff migrate` is to be told for this environment.
import { fileURLToPath } from "node:url";
import { type Config, readConfig } from "./config.ts";

/** The example's own migrations, and what clients of a Supabase project read. */
export function migrateOptions({ supabase }: Pick<Config, "supabase">): string[] {
  const own = ["--folder", `makeit3d=${fileURLToPath(new URL("../sql", import.meta.url))}`];
  if (supabase === undefined) return own;
  const { views, bucket, inputBucket, clientRows } = supabase;
  return [
    ...own,
    ...views.flatMap((view) => ["--view", view]),
    ...bucketsOf(bucket, inputBucket).flatMap((one) => ["--bucket", one]),
    ...["--client-rows", clientRows ? "on" : "off"],
  ];
}

/** Both may be one: then users add files to it beside ours. */
function bucketsOf(bucket: string, inputBucket: string | undefined): string[] {
  if (inputBucket === undefined) return [bucket];
  const uploads = `${inputBucket}:client-uploads`;
  return bucket === inputBucket ? [uploads] : [bucket, uploads];
}

if (import.meta.main) console.log(migrateOptions(readConfig(process.env)).join(" "));
