import type {
  AppOf,
  CheckOffers,
  FallbackFor,
  Operations,
  PairsFor,
  PricesFor,
  Providers,
} from "./app-types.ts";
import type { ClientFileOptions } from "./assets/client-file.ts";
import type { OutputKeyOptions } from "./assets/output-keys.ts";
import type { Auth } from "./auth/port.ts";
import type { SignIn } from "./auth/sign-in.ts";
import type { BffContext } from "./context.ts";
import { type AnyBffOptions, createContext } from "./create-context.ts";
import type { Database, MigrationFolder } from "./database/port.ts";
import { assertClientSettings } from "./diagnosis/client-settings.ts";
import { type DiagnoseOptions, type Diagnosis, diagnose } from "./diagnosis/diagnose.ts";
import { storageReady, warnOfLimits } from "./diagnosis/storage.ts";
import type { AdvanceLimits, Engine, Worker } from "./engine/port.ts";
import { settled } from "./engine/settled.ts";
import { handOverAll } from "./generations/hand-over.ts";
import type { RequestToModerate } from "./generations/moderate.ts";
import { registeredWebhookUrl } from "./generations/webhook-url.ts";
import { createWorker } from "./generations/worker.ts";
import type { CorsOptions } from "./http/cors.ts";
import { createHandler } from "./http/handle-request.ts";
import { type Peer, tellToWait } from "./http/peer.ts";
import { createUnderWay } from "./http/under-way.ts";
import type { AddressLimits } from "./limits/address-limit.ts";
import { capRows } from "./limits/cap-rows.ts";
import type { Limits } from "./limits/limits.ts";
import type { RateLimit } from "./limits/start-rates.ts";
import type { OperatorAlert } from "./operators/operator-alert.ts";
import type { Logger } from "./shared/logger.ts";
import type { ObjectStore } from "./storage/port.ts";
import { type GivenUpWebhooks, givenUpWebhooks } from "./webhooks/given-up.ts";
import type { WebhookOptions } from "./webhooks/options.ts";

/** What a team hands to `createBff`. */
export interface BffOptions<P extends Providers, O extends Operations, Fallback> {
  /** Postgres decides everything; see `@genbff/core/postgres` and `@genbff/core/pglite`. */
  database: Database;
  /** Where results and uploads are kept; see `@genbff/core/files`. */
  storage: ObjectStore;
  /** Who asks: `jwtAuth`, `verifyAuth`, or your own. There is no default. */
  auth: Auth;
  /**
   * Opens `POST /auth/signup` and `POST /auth/login`, e.g. `supabaseSignIn`. Default: they do not exist, and browsers sign
   * in elsewhere. Set `limits.addresses` with it: nothing else of ours slows down whoever guesses passwords.
   */
  signIn?: SignIn | undefined;
  /** Public key → vendor. What is behind a key never leaves the server. */
  providers: P & CheckOffers<NoInfer<P>, NoInfer<O>>;
  /** The team's own operations; built-in ones come with the providers that offer them. */
  operations?: O;
  /** Operation → provider → key in `operation_costs`. A pair without a price refuses to start. */
  prices: PricesFor<NoInfer<P>, NoInfer<O>>;
  /** Which providers may be chosen for a request that names none. */
  fallback?: Fallback;
  /** Default: `inProcess()`. */
  engine?: Engine | undefined;
  /** Signs file URLs, stream tickets and cursors. At least 32 characters. */
  secret: string;
  /** Scheme and host under which browsers reach the BFF, e.g. `https://app.example.com`. Default: links are paths. */
  publicUrl?: string | undefined;
  /** Where the BFF is mounted. Default `/api`. */
  basePath?: string | undefined;
  /** Pages of other origins than the BFF's own. Default: none may call. */
  cors?: CorsOptions | undefined;
  inputs?: ClientFileOptions & {
    /** Exact origins that the guarded fetch may reach although they are private, e.g. `http://127.0.0.1:8788`. */
    trustedOrigins?: readonly string[];
  };
  /** Under which names outputs are kept. Default: `images/{task_id}/0.png`, `models/{task_id}/model.glb`. */
  outputs?: OutputKeyOptions<keyof PricesFor<NoInfer<P>, NoInfer<O>> & string>;
  /**
   * The views that clients read past the BFF, as `bff migrate --view` has made them: `["images", "models"]`. One that is
   * missing refuses to start. Default: nobody looks.
   */
  views?: readonly string[] | undefined;
  credits?: {
    /** Granted once to every user on the first request. Default 0. */
    signUp?: number;
    /** Who pays for a user. Default: the user. When it throws anything but `forbidden`, the request is refused with 503. */
    walletOf?: (userId: string) => string | Promise<string>;
  };
  /** Starts and retries without an `Idempotency-Key` are refused with 400 `invalid_idempotency_key`. Default false. */
  requireIdempotencyKey?: boolean;
  hooks?: Hooks;
  /** Tells the team's own server of ends and of credits, signed and until it is heard. Default: nobody is told. */
  webhooks?: WebhookOptions | undefined;
  limits?: Partial<Limits> & {
    /** How often one user may start what. The first that fits counts. Default: no limit. */
    readonly rates?: readonly RateLimit<PairsFor<NoInfer<P>, NoInfer<O>>>[];
    /** What an address may ask without showing who it is. Default: addresses are not looked at. */
    readonly addresses?: AddressLimits;
  };
  /** Public provider key → how much may be asked of it at once and per minute. Default: no cap. Exact over all processes. */
  caps?: Readonly<Record<string, ProviderCaps>>;
  /** Folders of the team's own SQL, run after ours. */
  migrations?: readonly MigrationFolder[];
  logger?: Logger | undefined;
}

/** The team's own functions, called beside ours. What they throw is logged. */
export interface Hooks {
  /**
   * Only an operator can help. A provider: no credit there, a revoked key; once per provider and
   * `limits.operatorAlertMs`. By `createLedger`, also a clawback that was refused. An outgoing webhook that was given
   * up. Tell them apart by `alert.kind`.
   */
  readonly onOperatorAlert?: (alert: OperatorAlert) => void | Promise<void>;
  /**
   * Whether a request may be made, asked when everything else about it is good and before anything is held. False: 422
   * `content_rejected`. When it throws, the request is refused with 503. Not asked for repeats with a key that is known.
   */
  readonly moderate?: (request: RequestToModerate) => boolean | Promise<boolean>;
}

/** What a provider's account allows. */
export interface ProviderCaps {
  /** Generations at this provider at the same time. */
  readonly concurrency?: number;
  /** Generations started at this provider within any minute. */
  readonly startsPerMinute?: number;
  /** Operation → its own caps, beside those of the whole provider. */
  readonly operations?: Readonly<
    Record<string, { readonly concurrency?: number; readonly startsPerMinute?: number }>
  >;
}

/** @typeParam App - What `createClient<typeof bff>()` reads. Exists in types only. */
export interface Bff<App extends object> {
  /**
   * Answers one request. Needs no `this`.
   *
   * @param host - `remoteAddress`: the other end of the socket, which a `Request` does not tell and `limits.addresses`
   * counts by; see `Peer` for the rest.
   *
   * @example
   * Deno.serve((request, info) => bff.fetch(request, { remoteAddress: info.remoteAddr.hostname }));
   */
  readonly fetch: (request: Request, host?: Peer | object) => Promise<Response>;
  /** Migrates, checks prices, starts the engine. The first `fetch` does it too; call it to fail early. */
  readonly start: () => Promise<void>;
  /**
   * Takes nothing new, hands its leases over, closes streams and the database. A second call waits for the first.
   *
   * From its first moment every request but `/health` is answered 503 `unavailable` with `Retry-After: 1`; those that
   * came before are answered, within `graceMs`. Streams end with a hint to come back after a second.
   *
   * What another process can do again (polls, downloads) ends at once and is taken over within two seconds. Submissions
   * that have left are waited for, up to `graceMs` (default 10 s): one that is still without its answer then is
   * `unknown` to whoever takes over, as after a death. Make it longer than your slowest synchronous vendor.
   */
  readonly stop: (graceMs?: number) => Promise<void>;
  /** What an engine calls. */
  readonly worker: Worker;
  /** One sweep, for hosts without timers: what is past its deadline ends, what is due is woken. Resolves to its number. */
  readonly wakeDue: (limits?: Pick<AdvanceLimits, "budgetMs">) => Promise<number>;
  /**
   * Resolves when everything that was begun so far, and would be lost if the process froze now, is over: wake-ups under
   * way, outgoing webhooks, discards. For hosts that freeze or end a process after its answer.
   */
  readonly settled: () => Promise<void>;
  /**
   * The address to register with a vendor whose webhooks are set up by hand. It holds a secret that is always the same:
   * show it to operators alone.
   *
   * @param provider - Its public key.
   * @throws Error - it takes no webhooks, or `publicUrl` is missing or cannot be reached from outside.
   */
  readonly webhookUrl: (provider: string) => Promise<string>;
  /** Where hosts write what a `Response` cannot say. It is told nothing secret. */
  readonly logger: Logger;
  /** Outgoing webhooks that were never heard, for operators. */
  readonly givenUpWebhooks: GivenUpWebhooks;
  /**
   * Looks at every part, started or not, and says what is wrong and how to mend it; `bff doctor` prints it. For operators
   * alone: it names hosts and buckets. Never rejects, and changes nothing but one file of storage, which it removes.
   */
  readonly diagnose: (options?: DiagnoseOptions) => Promise<readonly Diagnosis[]>;
  readonly database: Database;
  readonly "~app": App;
}

/**
 * Joins the ports into one backend-for-frontend.
 *
 * Calling it does nothing yet: `start`, or the first request, does.
 *
 * @throws Error - `secret` is too short, `auth` is missing, or a price is (a compile-time error where it can be), or a
 *   limit cannot be.
 */
export function createBff<
  const P extends Providers,
  const O extends Operations = [],
  const Fallback extends FallbackFor<NoInfer<P>, NoInfer<O>> = Record<never, never>,
>(options: BffOptions<P, O, Fallback>): Bff<AppOf<P, O, Fallback>> {
  const context = createContext(options as unknown as AnyBffOptions);
  return runBff(context, options.migrations ?? []) as Bff<AppOf<P, O, Fallback>>;
}

/** What `createBff` makes of its options; the simulation hands it a context with a clock of its own. */
export function runBff(
  context: BffContext,
  migrations: readonly MigrationFolder[],
): Omit<Bff<object>, "~app"> {
  const worker = createWorker(context);
  const underWay = createUnderWay(context.clock);
  let starting: Promise<void> | undefined;
  let stopping: Promise<void> | undefined;
  const start = () => {
    starting ??= open(context, migrations, worker);
    // A start that failed may succeed later: the database was down, a price was missing.
    starting.catch(() => {
      starting = undefined;
    });
    return starting;
  };
  const end = async (graceMs: number) => {
    context.close();
    await Promise.all([
      context.engine.stop(graceMs).then(() => handOverAll(context)),
      underWay.answered(graceMs),
    ]);
    await context.database.close();
  };
  // While the database is down `/health` still answers, and everything else says 503.
  const handle = createHandler(context, { start });
  return {
    fetch: (...asked: Parameters<typeof handle>) => {
      const answer = handle(...asked);
      tellToWait(asked[1], () => answer.then(() => settled(context)));
      return underWay.add(answer);
    },
    start,
    stop: (graceMs = 10_000) => {
      stopping ??= end(graceMs);
      return stopping;
    },
    worker,
    async wakeDue(limits) {
      const due = await worker.sweep(limits);
      for (const id of due) context.engine.wake(id, 0);
      return due.length;
    },
    settled: () => settled(context),
    webhookUrl: (provider: string) => registeredWebhookUrl(context, provider),
    logger: context.logger,
    givenUpWebhooks: givenUpWebhooks(context.database),
    diagnose: (options) => diagnose(context, migrations, options),
    database: context.database,
  };
}

/** Brings the schema up to date, refuses to sell what has no price, and starts to work, unless it was stopped meanwhile. */
async function open(
  context: BffContext,
  migrations: readonly MigrationFolder[],
  worker: Worker,
): Promise<void> {
  context.closing.throwIfAborted();
  await context.database.migrate?.(migrations);
  await storageReady(context);
  await warnOfLimits(context);
  await assertClientSettings(context);
  const costs = await context.costs.all();
  const missing = context.catalogue.priceKeys.filter((key) => costs[key] === undefined);
  if (missing.length > 0) throw new Error(`operation_costs has no price for: ${missing.join(", ")}`);
  await context.database.call("genbff_set_caps", { p_caps: capRows(context.caps) });
  await context.database.call("genbff_set_webhooks", { p_events: [...(context.webhooks?.events ?? [])] });
  context.closing.throwIfAborted();
  context.engine.start(worker);
}
