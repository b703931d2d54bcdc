import { fileURLToPath } from "node:url";
import { createBff, type Principal } from "@genbff/core";
import { files } from "@genbff/core/files";
import { postgres } from "@genbff/core/postgres";
import { openai } from "@genbff/providers/openai";
import { tripo } from "@genbff/providers/tripo";
import { type Life, type Moment, mortal } from "./mortal.ts";

export const migrations = [{ name: "makeit3d", path: fileURLToPath(new URL("../sql", import.meta.url)) }];
const alice: Principal = { userId: "alice", admin: false, expiresAt: Date.now() + 3_600_000 };

/** What nobody may read of any of them. */
export const crashSecrets = [
  "a secret of at least thirty-two letters",
  "sk-of-a-crash",
  "tsk_of-a-crash",
] as const;
const [secret, openaiKey, tripoKey] = crashSecrets;

/** What every process of one world shares, and its pace. */
export interface Settings {
  readonly databaseUrl: string;
  readonly folder: string;
  readonly simulatorUrl: string;
  readonly leaseMs: number;
}

/** One process's BFF on a shared database and storage, with a moment at which something comes over it. */
export function makeBff(settings: Settings, life: Life, moment: Moment | undefined) {
  const { databaseUrl, folder, simulatorUrl, leaseMs } = settings;
  const live = <Port extends object>(name: string, port: Port) => mortal(name, port, life, moment);
  return createBff({
    database: live("database", postgres({ connectionString: databaseUrl, max: 4 })),
    storage: live("storage", files(folder)),
    auth: { authenticate: async () => alice },
    providers: {
      openai: live("provider", openai({ apiKey: openaiKey, baseUrl: `${simulatorUrl}/openai/v1` })),
      tripo: live(
        "provider",
        tripo({ apiKey: tripoKey, baseUrl: `${simulatorUrl}/tripo/v3`, pollMs: 100, lookupSettleMs: 400 }),
      ),
    },
    prices: {
      "text-to-image": { openai: "text_to_image_v1" },
      "image-to-image": { openai: "image_to_image_v1" },
      "image-inpaint": { openai: "image_inpaint_v1" },
      "text-to-model": { tripo: "text_to_model_v1" },
      "image-to-model": { tripo: "image_to_model_v1" },
      "sketch-to-model": { tripo: "sketch_to_model_v1" },
      "refine-model": { tripo: "refine_model_v1" },
      "convert-model": { tripo: "convert_model_v1" },
    },
    secret,
    inputs: { trustedOrigins: [simulatorUrl] },
    limits: { leaseMs, heartbeatMs: Math.ceil(leaseMs / 5), sweepMs: 50, watchTickMs: 50 },
    migrations,
    logger: { debug() {}, info() {}, warn() {}, error() {} },
  });
}
