/** What a request can be to its vendor. Rules without a `path` concern `create`, the one call that costs money. */
export const requestRoles = ["create", "read", "upload", "media", "other"] as const;

/** One of {@link requestRoles}. */
export type RequestRole = (typeof requestRoles)[number];

/** Who acts a kind of fault out, and which requests a rule of that kind concerns where it does not say. */
interface Kind {
  /** `base`: at every vendor, whatever its routes are. `vendor`: by those that list it among their `faults`. */
  readonly by: "base" | "vendor";
  readonly on: RequestRole | "any";
}

const byVendor: Kind = { by: "vendor", on: "create" };
const onCreate: Kind = { by: "base", on: "create" };
const onRead: Kind = { by: "base", on: "read" };
const onMedia: Kind = { by: "base", on: "media" };
const onAny: Kind = { by: "base", on: "any" };

const kinds = {
  latency: onCreate,
  rate_limited: onCreate,
  server_error: onCreate,
  drop_before_accept: onCreate,
  drop_after_accept: onCreate,
  truncated_body: onCreate,
  moderated: byVendor,
  nonsense: onCreate,
  quota: onCreate,
  unauthorized: onCreate,
  hang: onCreate,
  job_failed: byVendor,
  unknown_status: byVendor,
  link_expired: byVendor,
  no_outputs: byVendor,
  connect_refused: onCreate,
  slow_body: onCreate,
  reset_body: onCreate,
  unterminated_body: onCreate,
  endless_body: onCreate,
  compressed_body: onCreate,
  accepted_twice: onCreate,
  job_not_found: onRead,
  status_backwards: onRead,
  odd_progress: onRead,
  job_id_changed: onRead,
  job_cancelled: byVendor,
  cancel_ignored: byVendor,
  clock_skew: onAny,
  // Outputs travel in the answer of a synchronous vendor and behind the links of the others.
  odd_outputs: onAny,
  link_dead: onMedia,
  redirect: onMedia,
  wrong_type: onAny,
  wrong_content: onAny,
  truncated_media: onAny,
  empty_media: onAny,
  odd_webhook: byVendor,
  odd_text: byVendor,
} as const satisfies Record<string, Kind>;

/** One of {@link faultKinds}. */
export type FaultKind = keyof typeof kinds;

/** Every kind of fault the simulator can act out. The package's README has a table of their options. */
export const faultKinds = Object.keys(kinds) as readonly FaultKind[];

/**
 * Kinds that the base acts out at every vendor: on the wire, in what an answer carries, in how a job is read. A vendor
 * lists only the kinds that it acts out itself.
 */
export const baseKinds: ReadonlySet<FaultKind> = new Set(
  faultKinds.filter((kind) => kinds[kind].by === "base"),
);

/** Which requests a rule of that kind concerns where it does not say. */
export function defaultRole(kind: FaultKind): RequestRole | "any" {
  return kinds[kind].on;
}
