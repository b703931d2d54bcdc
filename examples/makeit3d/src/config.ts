import { resolve } from "node:path";
import * as z from "zod";

const port = z.coerce.number().int().min(0).max(65535);
const list = z
  .string()
  .default("")
  .transform((text) =>
    text
      .split(",")
      .map((part) => part.trim())
      .filter(Boolean),
  );

/** `openai=provider_a,tripo=provider_b` → a public name for each vendor that has one. */
const names = list.transform((pairs, check) => {
  const renamed = new Map<string, string>();
  for (const pair of pairs) {
    const match = /^([a-z]+)=([a-z][a-z0-9_-]{0,63})$/.exec(pair);
    if (match?.[1] && match[2]) renamed.set(match[1], match[2]);
    else check.addIssue({ code: "custom", message: `"${pair}" is not vendor=public_name` });
  }
  return renamed;
});

/** A vendor's address and key; with neither, the simulator plays it. */
const optional = z.string().min(1).optional();

/** A whole number of at least one. */
const some = z.coerce.number().int().min(1);

const environment = z.object({
  PORT: port.default(8787),
  DATA_DIR: z.string().min(1).default(".data"),
  DATABASE_URL: optional,
  PUBLIC_URL: optional,
  AUTH_JWT_SECRET: z.string().min(32).optional(),
  OPENAI_API_KEY: optional,
  OPENAI_BASE_URL: optional,
  OPENAI_PARTIAL_IMAGES: z.coerce.number().int().min(0).max(3).default(0),
  TRIPO_API_KEY: optional,
  TRIPO_BASE_URL: optional,
  TRIPO_WEBHOOK_SECRET: optional,
  PROVIDER_NAMES: names,
  TRUSTED_ORIGINS: list,
  SIGN_UP_CREDITS: z.coerce.number().int().min(0).default(100),
  SIMULATOR_PORT: port.default(8788),
  SIMULATOR_JOB_MS: z.coerce.number().int().min(0).default(6000),
  SIMULATOR_LATENCY_MS: z.coerce.number().int().min(0).default(1500),
  LEASE_MS: z.coerce.number().int().min(300).default(20_000),
  SWEEP_MS: z.coerce.number().int().min(50).default(1000),
  BFF_OPEN_GENERATIONS_PER_USER: some.default(20),
  BFF_TRIPO_CONCURRENCY: some.default(10),
  BFF_TRIPO_REFINE_CONCURRENCY: some.default(5),
  BFF_OPENAI_STARTS_PER_MINUTE: some.optional(),
  BFF_QUEUE_DEPTH: some.default(10_000),
  LOG_LEVEL: z.enum(["debug", "info", "warn", "error", "silent"]).default("warn"),
});

/** The example's settings, all from the environment. */
export type Config = ReturnType<typeof readConfig>;

/**
 * Reads and checks the environment; an empty variable counts as absent.
 *
 * @throws Error - names every variable that cannot be used.
 */
export function readConfig(variables: Readonly<Record<string, string | undefined>>) {
  const given = Object.fromEntries(
    Object.entries(variables).filter(([, value]) => value !== undefined && value !== ""),
  );
  const parsed = environment.safeParse(given);
  if (!parsed.success)
    throw new Error(
      parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`).join("\n"),
    );
  const config = parsed.data;
  const simulated = {
    openai: config.OPENAI_API_KEY === undefined && config.OPENAI_BASE_URL === undefined,
    tripo: config.TRIPO_API_KEY === undefined && config.TRIPO_BASE_URL === undefined,
  };
  /** Without a secret of its own the example signs its users in itself: on a laptop, never in production. */
  const local = config.AUTH_JWT_SECRET === undefined;
  return {
    port: config.PORT,
    dataDir: resolve(config.DATA_DIR),
    databaseUrl: config.DATABASE_URL,
    publicUrl: config.PUBLIC_URL,
    local,
    jwtSecret: config.AUTH_JWT_SECRET,
    openai: {
      apiKey: config.OPENAI_API_KEY ?? "sk-local",
      baseUrl: config.OPENAI_BASE_URL,
      partialImages: config.OPENAI_PARTIAL_IMAGES,
    },
    tripo: {
      apiKey: config.TRIPO_API_KEY ?? "tsk_local",
      baseUrl: config.TRIPO_BASE_URL,
      webhookSecret: config.TRIPO_WEBHOOK_SECRET,
    },
    publicName: (vendor: "openai" | "tripo") => config.PROVIDER_NAMES.get(vendor) ?? vendor,
    trustedOrigins: config.TRUSTED_ORIGINS,
    signUpCredits: config.SIGN_UP_CREDITS,
    simulated,
    simulator: {
      port: config.SIMULATOR_PORT,
      jobMs: config.SIMULATOR_JOB_MS,
      latencyMs: config.SIMULATOR_LATENCY_MS,
    },
    leaseMs: config.LEASE_MS,
    sweepMs: config.SWEEP_MS,
    openGenerationsPerUser: config.BFF_OPEN_GENERATIONS_PER_USER,
    queueDepth: config.BFF_QUEUE_DEPTH,
    tripoConcurrency: config.BFF_TRIPO_CONCURRENCY,
    tripoRefineConcurrency: config.BFF_TRIPO_REFINE_CONCURRENCY,
    /** A new account at OpenAI may start five a minute. On a laptop nobody waits for that unless it is asked for. */
    openaiStartsPerMinute: config.BFF_OPENAI_STARTS_PER_MINUTE ?? (local ? undefined : 5),
    logLevel: config.LOG_LEVEL,
  };
}
