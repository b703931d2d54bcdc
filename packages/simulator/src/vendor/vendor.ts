import type { Hono } from "hono";
import type { FaultKind, RequestRole } from "../faults/catalogue.ts";
import type { Fault, NonsenseVariant } from "../faults/rule.ts";
import type { Settings } from "../options.ts";
import type { Purchases } from "../purchases.ts";
import type { ReceivedRequest } from "../request.ts";
import type { State } from "../state.ts";
import type { Delivery } from "../traffic.ts";

/** Where a customer wants a vendor's webhooks, entered in the vendor's console. */
export interface WebhookEndpoint {
  readonly url: string;
  /** The signing secret that the console shows. */
  readonly secret: string;
}

/** What all vendors of one simulator share. */
export interface World {
  readonly settings: Settings;
  readonly state: State;
  readonly purchases: Purchases;
  /** Address of this simulator, without a slash at the end. */
  url(): string;
  /** Milliseconds since 1970. */
  now(): number;
  /** Keeps the directives of a creating request for later requests of the job that it made. */
  armFaults(jobId: string, request: ReceivedRequest): void;
  /** What was entered in the vendor's console, for vendors that know webhooks by account. */
  webhookOf(vendor: string): WebhookEndpoint | undefined;
  /** Does something at a moment, unless the simulator is closed before. */
  at(ms: number, action: () => Promise<void>): void;
  /** Shows a webhook in the traffic. */
  noteDelivery(delivery: Delivery): void;
}

/** What a vendor's routes get with each request, as Hono's bindings. */
export interface Exchange {
  readonly request: ReceivedRequest;
  /** A fault of the vendor's own kinds, to be acted out by the route. */
  readonly fault: Fault | undefined;
}

/** A vendor's routes, below its prefix. */
type VendorRoutes = Hono<{ Bindings: Exchange }>;

/**
 * One simulated vendor. To add one: a folder in `vendor/` that exports a {@link CreateVendor}, and one
 * line in `vendors.ts`. Faults on the wire, of outputs and of reading come for free; the rest is below.
 * `jobs/job-clock.ts` and `webhooks/sender.ts` are there for vendors with jobs.
 */
export interface Vendor {
  /** Path prefix and public name, e.g. `openai`. */
  readonly name: string;
  readonly routes: VendorRoutes;
  /** What its invoice counts in. Default `credits` if its purchases have them, else `usd`. */
  readonly unit?: string;
  /** Kinds of fault that this vendor acts out itself, on top of `baseKinds`. */
  readonly faults: ReadonlySet<FaultKind>;
  roleOf(method: string, path: string): RequestRole;
  /** Whether a fault of a kind in `faults` has anything to do with this request. Default: yes. */
  concerns?(kind: FaultKind, request: ReceivedRequest): boolean;
  /**
   * What makes two requests one wish, so that a directive's `times` can count them. Default: the digest of the body.
   * Of use where a buyer asks again in other words, after an answer that would not do.
   */
  wishOf?(request: ReceivedRequest): string | undefined;
  /** True where content is never refused when a job is made: `moderated` is then how the job ends, at every stage. */
  readonly moderatesJobs?: boolean;
  /** Whether an answer to a read says that the job is over. Default: if it has outputs. */
  saysDone?(body: unknown): boolean;
  /** The vendor's own answer to a refusing fault: 401, 403, 429, 5xx, moderation. */
  refuse(fault: Fault, request: ReceivedRequest): Response;
  /** The JSON of a successful answer that makes no sense in the vendor's own terms. */
  nonsense(variant: NonsenseVariant, role: RequestRole, request: ReceivedRequest): unknown;
}

/** Makes a vendor in a world. */
export type CreateVendor = (world: World) => Vendor;
