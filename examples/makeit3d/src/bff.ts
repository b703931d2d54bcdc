import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createBff, inProcess, jwtAuth, type Logger, type ProviderCaps } from "@genbff/core";
import { files } from "@genbff/core/files";
import { pglite } from "@genbff/core/pglite";
import { postgres } from "@genbff/core/postgres";
import { supabase, supabaseAuth, supabaseSignIn, supabaseStorage } from "@genbff/core/supabase";
import { bullmq } from "@genbff/engine-bullmq";
import { gemini } from "@genbff/providers/gemini";
import { openai } from "@genbff/providers/openai";
import { recraft } from "@genbff/providers/recraft";
import { seedream } from "@genbff/providers/seedream";
import { stability } from "@genbff/providers/stability";
import { tripo } from "@genbff/providers/tripo";
import { createClient } from "@supabase/supabase-js";
import type { Config, Vendor } from "./config.ts";
import { withOperators } from "./operators.ts";
import { fallback, prices } from "./prices.ts";
import type { Secrets } from "./secrets.ts";

/** Where the BFF is mounted. */
export const basePath = "/api";

/** What the browser's client is typed by. */
export type App = ReturnType<typeof createMakeit3d>;

/**
 * The whole backend of MakeIt3D: six vendors, their prices, and where things are kept.
 *
 * @param simulatorUrl - Where the simulator plays the vendors that have neither key nor address.
 * @param role - What this process does where there is a queue: a web process leaves the work to workers.
 */
export function createMakeit3d(
  config: Config,
  secrets: Secrets,
  logger: Logger,
  simulatorUrl: string | undefined,
  role: "web" | "worker" = "web",
) {
  /** A vendor's key and address; `path` is where the simulator plays it. */
  const reach = (vendor: Vendor, path: string) => {
    const { apiKey, baseUrl, simulated } = config.connectionOf(vendor);
    return { apiKey, baseUrl: simulated ? `${simulatorUrl}/${vendor}${path}` : baseUrl };
  };
  /** The simulator is next door and patient: look often. */
  const paceOf = (vendor: Vendor) => (config.connectionOf(vendor).simulated ? { pollMs: 1000 } : {});
  // In the order in which they are asked where nobody is named: the page estimates prices by the first of each.
  const providers = {
    openai: openai({ ...reach("openai", "/v1"), partialImages: config.partialImages }),
    tripo: tripo({
      ...reach("tripo", "/v3"),
      ...paceOf("tripo"),
      // And be sure soon.
      ...(config.connectionOf("tripo").simulated ? { lookupSettleMs: 5000 } : {}),
      webhookSecret: config.webhookSecret,
    }),
    recraft: recraft(reach("recraft", "/v1")),
    stability: stability({ ...reach("stability", ""), ...paceOf("stability") }),
    gemini: gemini(reach("gemini", "/v1beta")),
    seedream: seedream(reach("seedream", "/api/v3")),
  };

  const { auth, ...parts } = partsOf(config, secrets);
  return createBff({
    ...renamed(config, { providers, prices, fallback }),
    ...parts,
    auth: withOperators(auth, config.operators),
    webhooks: config.webhooks,
    engine: engineOf(config, role, logger),
    secret: secrets.links,
    ...(config.publicUrl ? { publicUrl: config.publicUrl } : {}),
    basePath,
    inputs: {
      ...inputsOf(config),
      trustedOrigins: [...config.trustedOrigins, ...(simulatorUrl ? [simulatorUrl] : [])],
    },
    outputs: { folders: { image: config.imagesFolder } },
    credits: { signUp: config.signUpCredits },
    limits: {
      leaseMs: config.leaseMs,
      heartbeatMs: Math.ceil(config.leaseMs / 4),
      sweepMs: config.sweepMs,
      openGenerationsPerUser: config.openGenerationsPerUser,
      queueDepth: config.queueDepth,
      rates: ratesOf(config),
      ...(config.addresses ? { addresses: config.addresses } : {}),
    },
    caps: capsOf(config),
    migrations: [{ name: "makeit3d", path: fileURLToPath(new URL("../sql", import.meta.url)) }],
    logger,
  });
}

/** Where rows, files and users are: at Supabase, or here. A `DATABASE_URL` is the shorter way to its database, too. */
function partsOf(config: Config, secrets: Secrets) {
  const { databaseUrl, dataDir, supabase: project } = config;
  const ownDatabase = databaseUrl === undefined ? undefined : postgres(databaseUrl);
  if (project === undefined)
    return {
      database: ownDatabase ?? pglite(join(dataDir, "database")),
      storage: files(join(dataDir, "assets")),
      auth: jwtAuth({ secret: config.jwtSecret ?? secrets.tokens }),
    };
  const { url, key, jwtSecret, publishableKey, bucket, views } = project;
  // Nobody signs in with it: a session would take the key's place.
  const client = createClient(url, key, { auth: { persistSession: false, autoRefreshToken: false } });
  return {
    database: ownDatabase ?? supabase(client),
    storage: supabaseStorage(client, { bucket }),
    auth: supabaseAuth({ url, jwtSecret }),
    views: views.map((view) => view.replace(/=.*/, "")),
    ...(publishableKey === undefined ? {} : { signIn: supabaseSignIn({ url, key: publishableKey }) }),
  };
}

/** What users bring along past the BFF. */
function inputsOf({ supabase: project }: Config) {
  if (project?.inputBucket === undefined) return {};
  return { buckets: [project.inputBucket], allowClientRows: project.clientRows };
}

/** Who wakes generations: this process itself, or a queue that web and worker processes share. */
function engineOf({ queue, concurrency, sweepMs }: Config, role: "web" | "worker", logger: Logger) {
  return queue === undefined
    ? inProcess({ concurrency, sweepMs, logger })
    : bullmq({ ...queue, concurrency, role });
}

/** What one user may start within a minute. The first that fits counts: other work of Tripo is what is no refinement. */
function ratesOf(config: Config) {
  const { openai: pictures, tripoRefine, tripoOther } = config.requestsPerMinute;
  const nameOf = <V extends Vendor>(vendor: V) => config.publicName(vendor) as V;
  const tripo = nameOf("tripo");
  return [
    { group: "openai", match: [{ provider: nameOf("openai") }], perMinute: pictures ?? null },
    {
      group: "tripo_refine",
      match: [{ provider: tripo, operation: "refine-model" as const }],
      perMinute: tripoRefine ?? null,
    },
    { group: "tripo_other", match: [{ provider: tripo }], perMinute: tripoOther ?? null },
  ];
}

function capsOf(config: Config): Record<string, ProviderCaps> {
  const starts = Object.entries(config.startsPerMinute).flatMap(([vendor, startsPerMinute]) =>
    startsPerMinute === undefined
      ? []
      : [[config.publicName(vendor as Vendor), { startsPerMinute }] as const],
  );
  return {
    [config.publicName("tripo")]: {
      concurrency: config.tripoConcurrency,
      operations: { "refine-model": { concurrency: config.tripoRefineConcurrency } },
    },
    ...Object.fromEntries(starts),
  };
}

/**
 * Gives the vendors the public names of `PROVIDER_NAMES`. The types keep the vendors' own names: a frontend that must
 * not know them takes its types from `openapi.json`.
 */
function renamed<
  P extends Record<Vendor, unknown>,
  Q extends Record<string, Record<string, string>>,
  F extends Record<string, readonly Vendor[]>,
>(
  config: Config,
  registry: { providers: P; prices: Q; fallback: F },
): { providers: P; prices: Q; fallback: F } {
  const rename = (record: object) =>
    Object.fromEntries(
      Object.entries(record).map(([vendor, value]) => [config.publicName(vendor as Vendor), value]),
    );
  const each = <T>(record: Record<string, T>, change: (value: T) => unknown) =>
    Object.fromEntries(Object.entries(record).map(([operation, value]) => [operation, change(value)]));
  return {
    providers: rename(registry.providers) as P,
    prices: each(registry.prices, rename) as Q,
    fallback: each(registry.fallback, (order) => order.map(config.publicName)) as F,
  };
}
