import { fileURLToPath } from "node:url";
import {
  type Auth,
  createBff,
  type Database,
  type Logger,
  type ObjectStore,
  temporaryUrls,
} from "@genbff/core";
import { openai } from "@genbff/providers/openai";
import { tripo } from "@genbff/providers/tripo";
import type { Settings } from "./settings.ts";

/** What is ours of this deployment: where rows and short-lived files are, who asks, what signs links. */
export interface Parts {
  readonly database: Database;
  /** Where bytes lie that have no URL at a vendor, until they expire. */
  readonly keep: ObjectStore;
  readonly auth: Auth;
  readonly secret: string;
  readonly logger: Logger;
  /** Where the simulator plays the vendors that have no key. */
  readonly simulatorUrl: string | undefined;
}

/** The BFF behind the first version's routes. */
export type PassthroughBff = ReturnType<typeof createPassthroughBff>;

/** Pictures of OpenAI, models of Tripo, and nothing kept beyond its hour. */
export function createPassthroughBff(settings: Settings, parts: Parts) {
  const { database, keep, auth, secret, logger, simulatorUrl } = parts;
  const reach = (key: string | undefined, path: string, anyKey: string) =>
    key === undefined ? { apiKey: anyKey, baseUrl: `${simulatorUrl}${path}` } : { apiKey: key };
  return createBff({
    database,
    storage: temporaryUrls({ keep, lifetimeMs: settings.RESULT_LIFETIME_MINUTES * 60_000 }),
    auth,
    providers: {
      openai: openai(reach(settings.OPENAI_API_KEY, "/openai/v1", "sk-local")),
      tripo: tripo({
        ...reach(settings.TRIPO_API_KEY, "/tripo/v3", "tsk_local"),
        ...(settings.TRIPO_API_KEY === undefined ? { pollMs: 250, lookupSettleMs: 5000 } : {}),
      }),
    },
    prices: {
      "text-to-image": { openai: "picture" },
      "image-to-image": { openai: "picture" },
      "image-inpaint": { openai: "picture" },
      "text-to-model": { tripo: "model" },
      "image-to-model": { tripo: "model" },
      "sketch-to-model": { tripo: "model" },
      "refine-model": { tripo: "model" },
      "convert-model": { tripo: "model" },
    },
    secret,
    ...(settings.PUBLIC_URL === undefined ? {} : { publicUrl: settings.PUBLIC_URL }),
    inputs: { trustedOrigins: simulatorUrl === undefined ? [] : [simulatorUrl] },
    limits: {
      rates: [
        {
          group: "openai",
          match: [{ provider: "openai" }],
          perMinute: settings.BFF_OPENAI_REQUESTS_PER_MINUTE,
        },
        {
          group: "tripo_refine",
          match: [{ provider: "tripo", operation: "refine-model" }],
          perMinute: settings.BFF_TRIPO_REFINE_REQUESTS_PER_MINUTE,
        },
        {
          group: "tripo_other",
          match: [{ provider: "tripo" }],
          perMinute: settings.BFF_TRIPO_OTHER_REQUESTS_PER_MINUTE,
        },
      ],
    },
    caps: {
      openai: { startsPerMinute: settings.BFF_OPENAI_STARTS_PER_MINUTE },
      tripo: {
        concurrency: settings.BFF_TRIPO_CONCURRENCY,
        operations: { "refine-model": { concurrency: settings.BFF_TRIPO_REFINE_CONCURRENCY } },
      },
    },
    migrations: [{ name: "passthrough", path: fileURLToPath(new URL("../sql", import.meta.url)) }],
    logger,
  });
}
