/** A real Supabase project. */
export interface LiveProject {
  readonly url: string;
  readonly serviceRoleKey: string;
  readonly anonKey?: string | undefined;
  /** Of a project that signs with it. */
  readonly jwtSecret?: string | undefined;
}

/** The one that the environment names. `tools/live-tests.ts` starts no test without it. */
export function liveProject(environment: NodeJS.ProcessEnv = process.env): LiveProject {
  const { SUPABASE_URL, SUPABASE_SERVICE_ROLE_KEY, SUPABASE_ANON_KEY, SUPABASE_JWT_SECRET } = environment;
  if (!SUPABASE_URL || !SUPABASE_SERVICE_ROLE_KEY)
    throw new Error("Set SUPABASE_URL and SUPABASE_SERVICE_ROLE_KEY");
  return {
    url: SUPABASE_URL,
    serviceRoleKey: SUPABASE_SERVICE_ROLE_KEY,
    // What is set to nothing is not set.
    anonKey: SUPABASE_ANON_KEY || undefined,
    jwtSecret: SUPABASE_JWT_SECRET || undefined,
  };
}
