import type { ClientFiles } from "./assets/client-file.ts";
import type { GuardedFetch } from "./assets/guarded-fetch.ts";
import type { OutputKeys } from "./assets/output-keys.ts";
import type { Auth } from "./auth/port.ts";
import type { SignIn } from "./auth/sign-in.ts";
import type { Hooks, ProviderCaps } from "./create-bff.ts";
import type { Costs } from "./credits/costs.ts";
import type { Database } from "./database/port.ts";
import type { Engine } from "./engine/port.ts";
import type { Changes } from "./events/changes.ts";
import type { HeldLease } from "./generations/lease.ts";
import type { AddressLimit } from "./limits/address-limit.ts";
import type { Limits } from "./limits/limits.ts";
import type { RateOf } from "./limits/start-rates.ts";
import type { Catalogue } from "./operations/catalogue.ts";
import type { Clock } from "./shared/clock.ts";
import type { Logger } from "./shared/logger.ts";
import type { SignedText } from "./shared/signed-text.ts";
import type { ObjectStore } from "./storage/port.ts";
import type { WebhookSender } from "./webhooks/sender.ts";

/** Everything the three stories share: the ports, joined once by `createBff`. */
export interface BffContext {
  readonly database: Database;
  readonly storage: ObjectStore;
  readonly auth: Auth;
  /** Undefined: this BFF signs nobody in. */
  readonly signIn: SignIn | undefined;
  readonly catalogue: Catalogue;
  readonly costs: Costs;
  readonly engine: Engine;
  /** Tells this process's watchers that a task has changed, so that they need not wait for the next tick. */
  readonly changes: Changes;
  readonly guardedFetch: GuardedFetch;
  readonly outputKeys: OutputKeys;
  /** Which files and rows of users are taken that came past us. */
  readonly clientFiles: ClientFiles;
  /** Of the database, which clients read past us: they must be there. */
  readonly views: readonly string[];
  readonly clock: Clock;
  readonly logger: Logger;
  readonly secret: string;
  /** Signs tickets, cursors and the addresses of webhooks. */
  readonly signedText: SignedText;
  /** Scheme and host, or empty: links are paths then. */
  readonly publicUrl: string;
  /** Where vendors reach us with webhooks; undefined where no public address is configured. */
  readonly webhookBase: string | undefined;
  /** Starts with a slash, ends without; empty at the root. */
  readonly basePath: string;
  /** Whose pages may call, beside those of the BFF's own origin. */
  readonly corsOrigins: ReadonlySet<string>;
  readonly signUpCredits: number;
  readonly walletOf: (userId: string) => string | Promise<string>;
  readonly limits: Limits;
  readonly rateOf: RateOf;
  /** Undefined: addresses are not looked at. */
  readonly addressLimit: AddressLimit | undefined;
  readonly caps: Readonly<Record<string, ProviderCaps>>;
  /** What this process has in its hands. */
  readonly leases: Set<HeldLease>;
  /** What is under way and must not be lost: calls that take a lease or give one back, webhooks, discards. A process that stops, or freezes, waits for them. */
  readonly leaseCalls: Set<Promise<unknown>>;
  readonly requireIdempotencyKey: boolean;
  readonly hooks: Hooks;
  /** Tells the team's own server; undefined where nobody listens. */
  readonly webhooks: WebhookSender | undefined;
  /** Aborted when the BFF stops: streams end, waiters answer, nothing new is taken. */
  readonly closing: AbortSignal;
  close(): void;
}
