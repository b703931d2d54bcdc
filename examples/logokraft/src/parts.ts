import { join } from "node:path";
import { jwtAuth, storesByFolder } from "@genbff/core";
import { files } from "@genbff/core/files";
import { pglite } from "@genbff/core/pglite";
import { postgres } from "@genbff/core/postgres";
import { supabase, supabaseAuth, supabaseSignIn, supabaseStorage } from "@genbff/core/supabase";
import { createClient } from "@supabase/supabase-js";
import type { Config } from "./config.ts";
import { passwordSignIn } from "./sign-in/password-sign-in.ts";

/** Where rows, files and users are: at Supabase, or here. Uploads and what was made lie in buckets of their own. */
export function partsOf(config: Config, tokenSecret: string) {
  const { DATABASE_URL: databaseUrl, DATA_DIR: folder, INSPIRATION_BUCKET, ASSETS_BUCKET } = config;
  const ownDatabase = databaseUrl === undefined ? undefined : postgres(databaseUrl);
  if (config.supabase === undefined) {
    const database = ownDatabase ?? pglite(join(folder, "database"));
    const bucket = (name: string) => files(join(folder, name));
    return {
      database,
      storage: storesByFolder({ inputs: bucket(INSPIRATION_BUCKET) }, bucket(ASSETS_BUCKET)),
      auth: jwtAuth({ secret: tokenSecret, userId: "uuid" }),
      signIn: passwordSignIn({ database, secret: tokenSecret }),
    };
  }
  const { url, key, jwtSecret } = config.supabase;
  // Nobody signs in with it: a session would take the key's place.
  const client = createClient(url, key, { auth: { persistSession: false, autoRefreshToken: false } });
  const bucket = (name: string) => supabaseStorage(client, { bucket: name });
  return {
    database: ownDatabase ?? supabase(client),
    storage: storesByFolder({ inputs: bucket(INSPIRATION_BUCKET) }, bucket(ASSETS_BUCKET)),
    auth: supabaseAuth({ url, jwtSecret }),
    signIn: supabaseSignIn({ url, key }),
  };
}
