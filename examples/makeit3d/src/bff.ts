import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createBff, jwtAuth, type Logger } from "@genbff/core";
import { files } from "@genbff/core/files";
import { pglite } from "@genbff/core/pglite";
import { postgres } from "@genbff/core/postgres";
import { openai } from "@genbff/providers/openai";
import { tripo } from "@genbff/providers/tripo";
import type { Config } from "./config.ts";
import type { Secrets } from "./secrets.ts";

/** What the browser's client is typed by. */
export type App = ReturnType<typeof createMakeit3d>;

/**
 * The whole backend of MakeIt3D: two vendors, their prices, and where things are kept.
 *
 * @param simulatorUrl - Where the simulator plays the vendors that have neither key nor address.
 */
export function createMakeit3d(
  config: Config,
  secrets: Secrets,
  logger: Logger,
  simulatorUrl: string | undefined,
) {
  const providers = {
    openai: openai({
      apiKey: config.openai.apiKey,
      partialImages: config.openai.partialImages,
      ...addressOf(config.openai.baseUrl, config.simulated.openai, `${simulatorUrl}/openai/v1`),
    }),
    tripo: tripo({
      apiKey: config.tripo.apiKey,
      webhookSecret: config.tripo.webhookSecret,
      ...addressOf(config.tripo.baseUrl, config.simulated.tripo, `${simulatorUrl}/tripo/v3`),
      // The simulator is next door and patient: look often, and be sure soon.
      ...(config.simulated.tripo ? { pollMs: 1000, lookupSettleMs: 5000 } : {}),
    }),
  };
  const prices = {
    "text-to-image": { openai: "text_to_image_v1" },
    "image-to-image": { openai: "image_to_image_v1" },
    "image-inpaint": { openai: "image_inpaint_v1" },
    "text-to-model": { tripo: "text_to_model_v1" },
    "image-to-model": { tripo: "image_to_model_v1" },
    "sketch-to-model": { tripo: "sketch_to_model_v1" },
    "refine-model": { tripo: "refine_model_v1" },
    "convert-model": { tripo: "convert_model_v1" },
  } as const;

  return createBff({
    ...renamed(config, { providers, prices }),
    database: config.databaseUrl ? postgres(config.databaseUrl) : pglite(join(config.dataDir, "database")),
    storage: files(join(config.dataDir, "assets")),
    auth: jwtAuth({ secret: config.jwtSecret ?? secrets.tokens }),
    secret: secrets.links,
    ...(config.publicUrl ? { publicUrl: config.publicUrl } : {}),
    basePath: "/api",
    inputs: { trustedOrigins: [...config.trustedOrigins, ...(simulatorUrl ? [simulatorUrl] : [])] },
    credits: { signUp: config.signUpCredits },
    limits: {
      leaseMs: config.leaseMs,
      heartbeatMs: Math.ceil(config.leaseMs / 4),
      sweepMs: config.sweepMs,
      openGenerationsPerUser: config.openGenerationsPerUser,
      queueDepth: config.queueDepth,
    },
    caps: {
      [config.publicName("tripo")]: {
        concurrency: config.tripoConcurrency,
        operations: { "refine-model": { concurrency: config.tripoRefineConcurrency } },
      },
      ...(config.openaiStartsPerMinute === undefined
        ? {}
        : { [config.publicName("openai")]: { startsPerMinute: config.openaiStartsPerMinute } }),
    },
    migrations: [{ name: "makeit3d", path: fileURLToPath(new URL("../sql", import.meta.url)) }],
    logger,
  });
}

function addressOf(baseUrl: string | undefined, simulated: boolean, simulator: string): { baseUrl?: string } {
  if (baseUrl !== undefined) return { baseUrl };
  return simulated ? { baseUrl: simulator } : {};
}

/**
 * Gives the vendors the public names of `PROVIDER_NAMES`. The types keep the vendors' own names: a frontend that must
 * not know them takes its types from `openapi.json`.
 */
function renamed<
  P extends Record<"openai" | "tripo", unknown>,
  Q extends Record<string, Record<string, string>>,
>(config: Config, registry: { providers: P; prices: Q }): { providers: P; prices: Q } {
  const rename = (record: Record<string, unknown>) =>
    Object.fromEntries(
      Object.entries(record).map(([key, value]) => [config.publicName(key as "openai" | "tripo"), value]),
    );
  return {
    providers: rename(registry.providers) as P,
    prices: Object.fromEntries(
      Object.entries(registry.prices).map(([operation, pairs]) => [operation, rename(pairs)]),
    ) as Q,
  };
}
