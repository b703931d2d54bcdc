import type { FaultKind, RequestRole } from "./rule.ts";

/**
 * Kinds that the base acts out at every vendor, whatever its routes are: on the wire, in what an answer carries, in
 * how a job is read. A vendor lists only the kinds that it acts out itself.
 */
export const baseKinds: ReadonlySet<FaultKind> = new Set<FaultKind>([
  "latency",
  "rate_limited",
  "server_error",
  "drop_before_accept",
  "drop_after_accept",
  "truncated_body",
  "nonsense",
  "quota",
  "unauthorized",
  "hang",
  "connect_refused",
  "slow_body",
  "reset_body",
  "unterminated_body",
  "endless_body",
  "compressed_body",
  "accepted_twice",
  "job_not_found",
  "status_backwards",
  "odd_progress",
  "job_id_changed",
  "clock_skew",
  "odd_outputs",
  "link_dead",
  "redirect",
  "wrong_type",
  "wrong_content",
  "truncated_media",
  "empty_media",
]);

const roles: Partial<Record<FaultKind, RequestRole | "any">> = {
  job_not_found: "read",
  status_backwards: "read",
  odd_progress: "read",
  job_id_changed: "read",
  clock_skew: "any",
  link_dead: "media",
  redirect: "media",
  // Outputs travel in the answer of a synchronous vendor and behind the links of the others.
  odd_outputs: "any",
  wrong_type: "any",
  wrong_content: "any",
  truncated_media: "any",
  empty_media: "any",
};

/** Which requests a rule of that kind concerns where it does not say. */
export function defaultRole(kind: FaultKind): RequestRole | "any" {
  return roles[kind] ?? "create";
}
