import { decodeJwt } from "jose";

/** What of the environment is Supabase's. */
export interface SupabaseEnvironment {
  readonly AUTH_JWT_SECRET?: string | undefined;
  readonly SUPABASE_URL?: string | undefined;
  readonly SUPABASE_SERVICE_ROLE_KEY?: string | undefined;
  readonly SUPABASE_JWT_SECRET?: string | undefined;
  readonly SUPABASE_PUBLISHABLE_KEY?: string | undefined;
  readonly GENERATED_ASSETS_BUCKET_NAME: string;
  readonly INPUT_ASSETS_BUCKET_NAME?: string | undefined;
  readonly INPUT_ASSETS_CLIENT_ROWS: boolean;
  readonly IMAGES_TABLE_NAME: string;
  readonly CONCEPT_IMAGES_TABLE_NAME?: string | undefined;
  readonly MODELS_TABLE_NAME: string;
}

/**
 * The project that keeps rows, files and users; undefined: this machine does.
 *
 * @throws Error - names the variable that is missing, or that holds the key of something else.
 */
export function readSupabase(config: SupabaseEnvironment) {
  const { SUPABASE_URL: url, SUPABASE_SERVICE_ROLE_KEY: key, SUPABASE_JWT_SECRET: jwtSecret } = config;
  if (url === undefined) {
    if (key !== undefined || jwtSecret !== undefined)
      throw new Error("SUPABASE_URL: is missing beside the other settings of Supabase");
    return undefined;
  }
  if (key === undefined) throw new Error("SUPABASE_SERVICE_ROLE_KEY: is missing beside SUPABASE_URL");
  if (config.AUTH_JWT_SECRET !== undefined)
    throw new Error("AUTH_JWT_SECRET: users sign in at Supabase; its secret is SUPABASE_JWT_SECRET");
  checkKey(url, key);
  if (config.INPUT_ASSETS_CLIENT_ROWS && config.INPUT_ASSETS_BUCKET_NAME === undefined)
    throw new Error(
      "INPUT_ASSETS_BUCKET_NAME: is missing beside INPUT_ASSETS_CLIENT_ROWS: rows name files there",
    );
  return {
    url,
    key,
    jwtSecret,
    /** With it the BFF signs people in; without it browsers do that at Supabase themselves. */
    publishableKey: config.SUPABASE_PUBLISHABLE_KEY,
    bucket: config.GENERATED_ASSETS_BUCKET_NAME,
    /** Into which users put files past the BFF. */
    inputBucket: config.INPUT_ASSETS_BUCKET_NAME,
    /** Whether they note them in `input_assets`. */
    clientRows: config.INPUT_ASSETS_CLIENT_ROWS,
    /** What clients read, in the words of `bff migrate`. */
    views: viewsOf(config),
  };
}

/**
 * The concept images of founding apps are our images, and their models name the one that they were made of. What they
 * know of the work at a vendor is our generation's id.
 */
function viewsOf({ IMAGES_TABLE_NAME, CONCEPT_IMAGES_TABLE_NAME, MODELS_TABLE_NAME }: SupabaseEnvironment) {
  if (CONCEPT_IMAGES_TABLE_NAME === undefined)
    return [`${IMAGES_TABLE_NAME}=image,vector`, `${MODELS_TABLE_NAME}=model`];
  const job = "ai_service_task_id=generation_id";
  return [
    `${CONCEPT_IMAGES_TABLE_NAME}=image,vector:${job}`,
    `${MODELS_TABLE_NAME}=model:source_concept_image_id,${job}`,
  ];
}

/** A legacy key says itself whose it is and what it may; a newer one says what it may. */
function checkKey(url: string, key: string): void {
  const wrong = (reason: string) =>
    new Error(
      `SUPABASE_SERVICE_ROLE_KEY: ${reason}. Take the secret (service_role) key of the project at SUPABASE_URL`,
    );
  if (key.startsWith("sb_publishable_")) throw wrong("is the publishable key");
  if (key.split(".").length !== 3) return;
  const { role, ref } = claimsOf(key);
  if (role !== "service_role") throw wrong(`is the key of ${String(role)}`);
  const hosted = /^([a-z0-9]{20})\.supabase\.(co|in)$/.exec(URL.parse(url)?.hostname ?? "")?.[1];
  if (hosted !== undefined && ref !== undefined && ref !== hosted) throw wrong("is of another project");
}

function claimsOf(key: string): { role?: unknown; ref?: unknown } {
  try {
    return decodeJwt(key);
  } catch {
    return { role: "nobody" };
  }
}
