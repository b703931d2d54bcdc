import type { Hono } from "hono";
import type { Fault, FaultKind, NonsenseVariant, RequestRole } from "../faults/rule.ts";
import type { Settings } from "../options.ts";
import type { Purchases } from "../purchases.ts";
import type { ReceivedRequest } from "../request.ts";
import type { State } from "../state.ts";

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
 * line in `vendors.ts`. Faults on the wire (dropped, cut, held back) come for free; the rest is below.
 */
export interface Vendor {
  /** Path prefix and public name, e.g. `openai`. */
  readonly name: string;
  readonly routes: VendorRoutes;
  /** Kinds of fault that this vendor can act out. */
  readonly faults: ReadonlySet<FaultKind>;
  roleOf(method: string, path: string): RequestRole;
  /** The vendor's own answer to a refusing fault: 401, 403, 429, 5xx, moderation. */
  refuse(fault: Fault, request: ReceivedRequest): Response;
  /** The JSON of a successful answer that makes no sense in the vendor's own terms. */
  nonsense(variant: NonsenseVariant, role: RequestRole, request: ReceivedRequest): unknown;
}

/** Makes a vendor in a world. */
export type CreateVendor = (world: World) => Vendor;
