import { clientFilesOf } from "./assets/client-file.ts";
import { createGuardedFetch } from "./assets/guarded-fetch.ts";
import { createOutputKeys } from "./assets/output-keys.ts";
import { checkUrl } from "./assets/url-guard.ts";
import { checkedAuth } from "./auth/checked-auth.ts";
import type { Auth } from "./auth/port.ts";
import type { BffContext } from "./context.ts";
import type { BffOptions } from "./create-bff.ts";
import { createCosts } from "./credits/costs.ts";
import { checkedWalletOf } from "./credits/wallet-of.ts";
import { inProcessOn } from "./engine/in-process.ts";
import { createChanges } from "./events/changes.ts";
import { corsOrigins } from "./http/cors.ts";
import { createAddressLimit } from "./limits/address-limit.ts";
import { limitsOf } from "./limits/limits.ts";
import { createRateOf } from "./limits/start-rates.ts";
import { createCatalogue } from "./operations/catalogue.ts";
import type { AnyOperation } from "./operations/define-operation.ts";
import type { AnyProvider } from "./providers/define-provider.ts";
import { systemClock } from "./shared/clock.ts";
import { consoleLogger, redacting } from "./shared/logger.ts";
import { createSignedText } from "./shared/signed-text.ts";
import { checkHandedOn } from "./storage/handed-on.ts";
import { readWebhookOptions } from "./webhooks/options.ts";
import { createWebhookSender } from "./webhooks/sender.ts";

/** The options with their types worn off: what is left at run time. */
export type AnyBffOptions = BffOptions<
  Record<string, AnyProvider>,
  readonly AnyOperation[],
  Record<string, readonly string[]>
>;

/** Whether a vendor can reach us there: https, and no host of a private network. */
function isPublic(publicUrl: string): boolean {
  const ports = [Number(URL.parse(publicUrl)?.port ?? 0)];
  return "url" in checkUrl(publicUrl, { trustedOrigins: new Set(), ports });
}

/** What the simulation puts in the place of the machine and of the network. Not for deployments. */
export type Seams = Partial<Pick<BffContext, "clock" | "guardedFetch">>;

/**
 * Joins what the team handed over with the defaults.
 *
 * @throws Error - `secret` is shorter than 32 characters, `auth` is missing, a pair has no price, a limit cannot be, or the storage
 *   has no further buckets.
 */
export function createContext(options: AnyBffOptions, seams: Seams = {}): BffContext {
  if (options.secret.length < 32) throw new Error("secret must have at least 32 characters");
  const { auth } = options as { auth?: Partial<Auth> };
  if (typeof auth?.authenticate !== "function") throw new Error("auth is missing: jwtAuth or verifyAuth");
  const { rates = [], addresses, ...knobs } = options.limits ?? {};
  const limits = limitsOf(knobs);
  const clock = seams.clock ?? systemClock;
  const logger = redacting(options.logger ?? consoleLogger);
  const publicUrl = (options.publicUrl ?? "").replace(/\/+$/, "");
  const basePath = `/${options.basePath ?? "api"}`.replace(/^\/+/, "/").replace(/\/+$/, "");
  options.auth.configure?.({ logger });
  options.storage.configure?.({ publicUrl, basePath, secret: options.secret });
  const catalogue = createCatalogue({
    providers: options.providers,
    operations: options.operations ?? [],
    prices: options.prices,
    fallback: options.fallback ?? {},
  });
  checkHandedOn(options.storage, options.providers);
  const fieldsOf = (name: string) => {
    const listed = catalogue.list().find(({ operation }) => operation.name === name);
    return listed && Object.keys(listed.operation.schema.shape);
  };
  const pairs = catalogue
    .list()
    .flatMap(({ operation, offers }) =>
      offers.map(({ providerKey }) => ({ operation: operation.name, provider: providerKey })),
    );
  const engine = options.engine ?? inProcessOn(clock, { sweepMs: limits.sweepMs, logger });
  engine.configure?.({ logger, sweepMs: limits.sweepMs });
  const closing = new AbortController();
  const leases: BffContext["leases"] = new Set();
  const context = {
    database: options.database,
    storage: options.storage,
    auth: {
      ...checkedAuth((request) => options.auth.authenticate(request)),
      ...(auth.inspect
        ? { inspect: (token?: string) => options.auth.inspect?.(token) ?? Promise.resolve([]) }
        : {}),
    },
    signIn: options.signIn,
    catalogue,
    costs: createCosts(options.database, catalogue.priceKeys, clock),
    engine,
    changes: createChanges(engine),
    guardedFetch:
      seams.guardedFetch ??
      createGuardedFetch({ trustedOrigins: options.inputs?.trustedOrigins ?? [], logger }),
    outputKeys: createOutputKeys(options.outputs ?? {}, fieldsOf),
    clientFiles: clientFilesOf(options.storage, options.inputs ?? {}),
    views: options.views ?? [],
    clock,
    logger,
    secret: options.secret,
    signedText: createSignedText(options.secret),
    publicUrl,
    webhookBase: isPublic(publicUrl) ? `${publicUrl}${basePath}/webhooks` : undefined,
    basePath,
    corsOrigins: corsOrigins(options.cors ?? { origins: [] }),
    signUpCredits: options.credits?.signUp ?? 0,
    walletOf: checkedWalletOf(options.credits?.walletOf, logger),
    limits,
    rateOf: createRateOf(rates, pairs),
    addressLimit: addresses && createAddressLimit(addresses, logger),
    caps: options.caps ?? {},
    requireIdempotencyKey: options.requireIdempotencyKey ?? false,
    hooks: options.hooks ?? {},
    leases,
    leaseCalls: new Set(),
    closing: closing.signal,
    close() {
      closing.abort();
      for (const lease of leases) lease.stop();
    },
  } satisfies Omit<BffContext, "webhooks">;
  const target = options.webhooks && readWebhookOptions(options.webhooks, logger);
  return { ...context, webhooks: target && createWebhookSender(target, context) };
}
