import { resolve } from "node:path";
import * as z from "zod";
import { readQueue } from "./queue-settings.ts";
import { readSupabase } from "./supabase-settings.ts";
import { readWebhooks } from "./webhook-settings.ts";

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

/** Everybody this shop buys from, in the order of its catalogue. */
export const vendors = ["openai", "stability", "recraft", "tripo", "gemini", "seedream"] as const;
export type Vendor = (typeof vendors)[number];

/** `openai=provider_a,tripo=provider_b` → a public name for each vendor that has one. */
const names = list.transform((pairs, check) => {
  const renamed = new Map<Vendor, string>();
  for (const pair of pairs) {
    const match = /^([a-z]+)=([a-z][a-z0-9_-]{0,63})$/.exec(pair);
    const vendor = vendors.find((name) => name === match?.[1]);
    if (vendor && match?.[2]) renamed.set(vendor, match[2]);
    else check.addIssue({ code: "custom", message: `"${pair}" is not vendor=public_name` });
  }
  const shown = vendors.map((vendor) => renamed.get(vendor) ?? vendor);
  const twice = shown.find((name, index) => shown.indexOf(name) !== index);
  if (twice) check.addIssue({ code: "custom", message: `"${twice}" would be the name of two vendors` });
  return renamed;
});

/** A vendor's address and key; with neither, the simulator plays it. */
const optional = z.string().min(1).optional();

/** The name of a view, as `bff migrate --view` takes it. */
const view = z.string().regex(/^[a-z_][a-z0-9_]{0,62}$/, "must be letters, digits and _");
/** The first folder of a key in storage. */
const folder = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, "must be letters, digits, _ and -");
/** It is a table, and views alone have names that a project chooses. */
const inputTable = z.literal("input_assets", "must be input_assets: the table of uploads has no other name");
/** A whole number of at least one. */
const some = z.coerce.number().int().min(1);
/** As many a minute as a limit of core can be. */
const perMinute = some.max(1000);

const environment = z.object({
  PORT: port.default(8787),
  DATA_DIR: z.string().min(1).default(".data"),
  DATABASE_URL: optional,
  BFF_ENGINE: z.enum(["in-process", "bullmq"]).default("in-process"),
  REDIS_URL: optional,
  BFF_QUEUE_PREFIX: z.string().min(1).default("makeit3d"),
  BFF_CONCURRENCY: some.default(32),
  PUBLIC_URL: optional,
  AUTH_JWT_SECRET: z.string().min(32).optional(),
  SUPABASE_URL: optional,
  SUPABASE_SERVICE_ROLE_KEY: optional,
  SUPABASE_JWT_SECRET: z.string().min(32).optional(),
  SUPABASE_PUBLISHABLE_KEY: optional,
  GENERATED_ASSETS_BUCKET_NAME: z.string().min(1).default("generated_assets"),
  INPUT_ASSETS_BUCKET_NAME: optional,
  INPUT_ASSETS_CLIENT_ROWS: z.stringbool().default(false),
  INPUT_ASSETS_TABLE_NAME: inputTable.default("input_assets"),
  IMAGES_TABLE_NAME: view.default("images"),
  CONCEPT_IMAGES_TABLE_NAME: view.optional(),
  MODELS_TABLE_NAME: view.default("models"),
  IMAGES_FOLDER_NAME: folder.default("images"),
  OPENAI_API_KEY: optional,
  OPENAI_BASE_URL: optional,
  OPENAI_PARTIAL_IMAGES: z.coerce.number().int().min(0).max(3).optional(),
  STABILITY_API_KEY: optional,
  STABILITY_BASE_URL: optional,
  RECRAFT_API_KEY: optional,
  RECRAFT_BASE_URL: optional,
  TRIPO_API_KEY: optional,
  TRIPO_BASE_URL: optional,
  TRIPO_WEBHOOK_SECRET: optional,
  GEMINI_API_KEY: optional,
  GEMINI_BASE_URL: optional,
  SEEDREAM_API_KEY: optional,
  SEEDREAM_BASE_URL: optional,
  PROVIDER_NAMES: names,
  TRUSTED_ORIGINS: list,
  SIGN_UP_CREDITS: z.coerce.number().int().min(0).default(100),
  SIMULATOR_URL: optional,
  SIMULATOR_PORT: port.default(8788),
  SIMULATOR_JOB_MS: z.coerce.number().int().min(0).default(6000),
  SIMULATOR_LATENCY_MS: z.coerce.number().int().min(0).default(1500),
  LEASE_MS: z.coerce.number().int().min(300).default(20_000),
  SWEEP_MS: z.coerce.number().int().min(50).default(1000),
  BFF_OPEN_GENERATIONS_PER_USER: some.default(20),
  BFF_TRIPO_CONCURRENCY: some.default(10),
  BFF_TRIPO_REFINE_CONCURRENCY: some.default(5),
  BFF_OPENAI_STARTS_PER_MINUTE: some.optional(),
  BFF_STABILITY_STARTS_PER_MINUTE: some.optional(),
  BFF_RECRAFT_STARTS_PER_MINUTE: some.optional(),
  BFF_GEMINI_STARTS_PER_MINUTE: some.optional(),
  BFF_SEEDREAM_STARTS_PER_MINUTE: some.optional(),
  BFF_QUEUE_DEPTH: some.default(10_000),
  BFF_OPENAI_REQUESTS_PER_MINUTE: perMinute.optional(),
  BFF_TRIPO_REFINE_REQUESTS_PER_MINUTE: perMinute.optional(),
  BFF_TRIPO_OTHER_REQUESTS_PER_MINUTE: perMinute.optional(),
  BFF_ADDRESS_REQUESTS_PER_MINUTE: some.optional(),
  BFF_TRUSTED_PROXIES: z.coerce.number().int().min(0).default(0),
  BFF_OPERATORS: list,
  BFF_WEBHOOK_URL: optional,
  BFF_WEBHOOK_SECRETS: list,
  BFF_WEBHOOK_TRUSTED_ORIGINS: list,
  BFF_PYTHON_CLIENTS: z.enum(["v1", "v2"]).optional(),
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
  const supabase = readSupabase(config);
  const queue = readQueue(config);
  /** A vendor's key and address, as they are given, and a key for the simulator, which takes any. */
  const connections: Record<Vendor, { key?: string | undefined; url?: string | undefined; any: string }> = {
    openai: { key: config.OPENAI_API_KEY, url: config.OPENAI_BASE_URL, any: "sk-local" },
    stability: { key: config.STABILITY_API_KEY, url: config.STABILITY_BASE_URL, any: "sk-local" },
    recraft: { key: config.RECRAFT_API_KEY, url: config.RECRAFT_BASE_URL, any: "local" },
    tripo: { key: config.TRIPO_API_KEY, url: config.TRIPO_BASE_URL, any: "tsk_local" },
    gemini: { key: config.GEMINI_API_KEY, url: config.GEMINI_BASE_URL, any: "local" },
    seedream: { key: config.SEEDREAM_API_KEY, url: config.SEEDREAM_BASE_URL, any: "local" },
  };
  /** Without a secret of its own the example signs its users in itself: on a laptop, never in production. */
  const local = config.AUTH_JWT_SECRET === undefined && supabase === undefined;
  const isSimulated = (vendor: Vendor) =>
    connections[vendor].key === undefined && connections[vendor].url === undefined;
  return {
    port: config.PORT,
    dataDir: resolve(config.DATA_DIR),
    databaseUrl: config.DATABASE_URL,
    supabase,
    queue,
    /** Generations that one process moves on side by side. */
    concurrency: config.BFF_CONCURRENCY,
    publicUrl: config.PUBLIC_URL,
    local,
    jwtSecret: config.AUTH_JWT_SECRET,
    // They cost extra at the vendor, and nothing at the simulator: there the page shows them.
    partialImages: config.OPENAI_PARTIAL_IMAGES ?? (isSimulated("openai") ? 2 : 0),
    webhookSecret: config.TRIPO_WEBHOOK_SECRET,
    /** How a vendor is reached. `simulated`: the simulator plays it. */
    connectionOf(vendor: Vendor) {
      const { key, url, any } = connections[vendor];
      return { apiKey: key ?? any, baseUrl: url, simulated: isSimulated(vendor) };
    },
    publicName: (vendor: Vendor) => config.PROVIDER_NAMES.get(vendor) ?? vendor,
    trustedOrigins: config.TRUSTED_ORIGINS,
    signUpCredits: config.SIGN_UP_CREDITS,
    simulator: {
      /** Of another process; undefined: `npm start` runs one where it is needed. */
      url: config.SIMULATOR_URL,
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
    /** Vendor → what may be started there within a minute. */
    startsPerMinute: {
      // A new account at OpenAI may start five. On a laptop nobody waits for that unless it is asked for.
      openai: config.BFF_OPENAI_STARTS_PER_MINUTE ?? (local ? undefined : 5),
      stability: config.BFF_STABILITY_STARTS_PER_MINUTE,
      recraft: config.BFF_RECRAFT_STARTS_PER_MINUTE,
      gemini: config.BFF_GEMINI_STARTS_PER_MINUTE,
      seedream: config.BFF_SEEDREAM_STARTS_PER_MINUTE,
    } satisfies Partial<Record<Vendor, number | undefined>>,
    /** What one user may ask for within a minute. On a laptop nobody waits unless it is asked for. */
    requestsPerMinute: {
      openai: config.BFF_OPENAI_REQUESTS_PER_MINUTE ?? (local ? undefined : 4),
      tripoRefine: config.BFF_TRIPO_REFINE_REQUESTS_PER_MINUTE ?? (local ? undefined : 6),
      tripoOther: config.BFF_TRIPO_OTHER_REQUESTS_PER_MINUTE ?? (local ? undefined : 12),
    },
    /** What one address may ask for without showing who it is. */
    addresses:
      config.BFF_ADDRESS_REQUESTS_PER_MINUTE === undefined
        ? undefined
        : {
            perMinute: config.BFF_ADDRESS_REQUESTS_PER_MINUTE,
            trustedProxies: config.BFF_TRUSTED_PROXIES,
          },
    /** User ids that may use the admin routes. */
    operators: config.BFF_OPERATORS,
    webhooks: readWebhooks(config),
    /** The first folder of pictures. */
    imagesFolder: config.IMAGES_FOLDER_NAME,
    /** The version of the Python service whose clients still come; undefined: none do. */
    pythonClients: config.BFF_PYTHON_CLIENTS,
    logLevel: config.LOG_LEVEL,
  };
}
