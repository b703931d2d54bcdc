import { jwtAuth } from "@genbff/core";
import type { Settings } from "./settings.ts";

// A function loads what it is set to use and nothing else: each import here is a file of its own in the bundle.

/** Where rows, files and users are: at Supabase, or in a Postgres and a bucket; each can be chosen by itself. */
export async function partsOf(settings: Settings) {
  const project = await projectOf(settings);
  return {
    database: (await postgresOf(settings)) ?? project?.database,
    storage: (await bucketOf(settings)) ?? project?.storage,
    auth:
      settings.AUTH_JWT_SECRET === undefined ? project?.auth : jwtAuth({ secret: settings.AUTH_JWT_SECRET }),
  };
}

async function postgresOf({ DATABASE_URL: connectionString }: Settings) {
  if (connectionString === undefined) return undefined;
  const { postgres } = await import("@genbff/core/postgres");
  // One process answers one request: what would be a pool elsewhere is the number of processes here.
  return postgres({ connectionString, max: 4, migrate: false });
}

async function bucketOf({ S3_BUCKET: bucket, AWS_REGION: region, S3_ENDPOINT: endpoint }: Settings) {
  if (bucket === undefined) return undefined;
  const { s3 } = await import("@genbff/core/s3");
  return s3({ bucket, region, ...(endpoint === undefined ? {} : { endpoint, forcePathStyle: true }) });
}

async function projectOf({
  SUPABASE_URL: url,
  SUPABASE_SERVICE_ROLE_KEY: key,
  SUPABASE_BUCKET: bucket,
}: Settings) {
  if (url === undefined || key === undefined) return undefined;
  const [{ createClient }, { supabase, supabaseAuth, supabaseStorage }] = await Promise.all([
    import("@supabase/supabase-js"),
    import("@genbff/core/supabase"),
  ]);
  const client = createClient(url, key, { auth: { persistSession: false, autoRefreshToken: false } });
  return {
    database: supabase(client),
    storage: supabaseStorage(client, { bucket }),
    auth: supabaseAuth({ url }),
  };
}
