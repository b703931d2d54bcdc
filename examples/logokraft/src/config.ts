import { resolve } from "node:path";
import * as z from "zod";

const port = z.coerce.number().int().min(0).max(65_535);
const text = z.string().min(1);
const optional = text.optional();

/** What may be set, and how; the README has a row for each. */
export const environment = z.object({
  PORT: port.default(8790),
  DATA_DIR: text.default(".data/logokraft"),
  DATABASE_URL: optional,
  PUBLIC_URL: optional,
  SUPABASE_URL: optional,
  SUPABASE_SERVICE_ROLE_KEY: optional,
  SUPABASE_JWT_SECRET: optional,
  INSPIRATION_BUCKET: text.default("inspiration-images"),
  ASSETS_BUCKET: text.default("generated-assets"),
  GEMINI_API_KEY: optional,
  GEMINI_BASE_URL: optional,
  SEEDREAM_API_KEY: optional,
  SEEDREAM_BASE_URL: optional,
  SIGN_UP_CREDITS: z.coerce.number().int().min(0).default(200),
  ADDRESS_REQUESTS_PER_MINUTE: z.coerce.number().int().min(1).default(60),
  TRUSTED_PROXIES: z.coerce.number().int().min(0).default(0),
  SIMULATOR_PORT: port.default(8791),
  SIMULATOR_LATENCY_MS: z.coerce.number().int().min(0).default(1200),
  PAINTER_CONCURRENCY: z.coerce.number().int().min(1).default(8),
  LEASE_MS: z.coerce.number().int().min(300).default(20_000),
  SWEEP_MS: z.coerce.number().int().min(50).default(1000),
  LOG_LEVEL: z.enum(["debug", "info", "warn", "error", "silent"]).default("warn"),
});

export type Config = ReturnType<typeof readConfig>;
export type Vendor = "gemini" | "seedream";

/**
 * Reads and checks the environment; an empty variable counts as absent.
 *
 * @throws Error - names every variable that cannot be used.
 */
export function readConfig(variables: Readonly<Record<string, string | undefined>>) {
  const given = Object.fromEntries(Object.entries(variables).filter(([, value]) => value));
  const parsed = environment.safeParse(given);
  if (!parsed.success) throw new Error(z.prettifyError(parsed.error));
  const settings = parsed.data;
  const { SUPABASE_URL: url, SUPABASE_SERVICE_ROLE_KEY: key } = settings;
  if ((url === undefined) !== (key === undefined))
    throw new Error("SUPABASE_URL and SUPABASE_SERVICE_ROLE_KEY: give both or neither");
  const reach = (apiKey: string | undefined, baseUrl: string | undefined) => ({
    apiKey: apiKey ?? "any",
    baseUrl,
    /** With neither key nor address the simulator plays the vendor. */
    simulated: apiKey === undefined && baseUrl === undefined,
  });
  return {
    ...settings,
    DATA_DIR: resolve(settings.DATA_DIR),
    supabase: url && key ? { url, key, jwtSecret: settings.SUPABASE_JWT_SECRET } : undefined,
    vendors: {
      gemini: reach(settings.GEMINI_API_KEY, settings.GEMINI_BASE_URL),
      seedream: reach(settings.SEEDREAM_API_KEY, settings.SEEDREAM_BASE_URL),
    } satisfies Record<Vendor, object>,
  };
}
