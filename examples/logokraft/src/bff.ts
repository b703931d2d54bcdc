import { fileURLToPath } from "node:url";
import { createBff, type Logger, offerAs } from "@genbff/core";
import { gemini } from "@genbff/providers/gemini";
import { seedream } from "@genbff/providers/seedream";
import type { Config, Vendor } from "./config.ts";
import { instruction, operations } from "./operations.ts";
import type { partsOf } from "./parts.ts";

/** LogoKraft's own SQL: prices, users, and the blueprint's tables as views. */
export const migrations = [{ name: "logokraft", path: fileURLToPath(new URL("../sql", import.meta.url)) }];

/** What the API is a translation of. */
export type LogokraftBff = ReturnType<typeof createLogokraft>;

/**
 * The vendors, under names that no customer can read anything from, with LogoKraft's operations.
 *
 * @param simulatorUrl - Where the simulator plays the vendors that have neither key nor address.
 */
export function vendorsOf(config: Config, simulatorUrl: string | undefined) {
  const reach = (vendor: Vendor, path: string) => {
    const { apiKey, baseUrl, simulated } = config.vendors[vendor];
    return { apiKey, baseUrl: simulated ? `${simulatorUrl}/${vendor}${path}` : baseUrl };
  };
  return {
    designer: offerAs(gemini({ ...reach("gemini", "/v1beta"), planInstruction: instruction }), {
      "plan-logos": "plan-prompts",
      "plan-refinement": "plan-prompts",
      "refine-logo": "image-to-image",
    }),
    painter: offerAs(seedream(reach("seedream", "/api/v3")), { "make-logo": "text-to-image" }),
  };
}

/** Joins vendors, operations and prices. `parts`: where rows, files and users are. */
export function createLogokraft(
  config: Config,
  parts: ReturnType<typeof partsOf>,
  providers: ReturnType<typeof vendorsOf>,
  host: { linkSecret: string; simulatorUrl: string | undefined; logger: Logger },
) {
  return createBff({
    ...parts,
    providers,
    operations,
    prices: {
      "plan-logos": { designer: "plan_logos" },
      "make-logo": { painter: "make_logo" },
      "plan-refinement": { designer: "plan_refinement" },
      "refine-logo": { designer: "refine_logo" },
    },
    caps: { painter: { concurrency: config.PAINTER_CONCURRENCY } },
    credits: { signUp: config.SIGN_UP_CREDITS },
    limits: {
      leaseMs: config.LEASE_MS,
      heartbeatMs: Math.ceil(config.LEASE_MS / 4),
      sweepMs: config.SWEEP_MS,
      watchTickMs: 250,
      addresses: { perMinute: config.ADDRESS_REQUESTS_PER_MINUTE, trustedProxies: config.TRUSTED_PROXIES },
    },
    inputs: { trustedOrigins: host.simulatorUrl ? [host.simulatorUrl] : [] },
    migrations,
    secret: host.linkSecret,
    ...(config.PUBLIC_URL ? { publicUrl: config.PUBLIC_URL } : {}),
    basePath: "/bff",
    logger: host.logger,
  });
}
