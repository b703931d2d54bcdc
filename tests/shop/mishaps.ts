import type { FaultRule } from "@genbff/simulator";

const at = (probability: number, ...rules: readonly FaultRule[]): FaultRule[] =>
  rules.map((rule) => ({ times: null, probability, ...rule }));

const nonsense = ["html", "empty", "null", "missing_id", "wrong_types", "refusal_in_200", "deep"];
const outputs = ["null", "missing", "too_many", "duplicate", "data", "relative", "file", "private"];

/**
 * Every kind of fault that a vendor can have, at a few thousandths each: about every sixth order meets one.
 *
 * One is left out: `accepted_twice`, the vendor's own double purchase, which no customer can prevent.
 * A wait that a vendor asks for is one second, so that a run is not spent on waiting.
 */
export const mishaps: readonly FaultRule[] = [
  // On the way there and back.
  ...at(0.01, { kind: "drop_before_accept" }, { kind: "server_error" }),
  ...at(0.02, { kind: "drop_after_accept" }),
  ...at(0.01, { kind: "server_error", status: 504, accepted: true }, { kind: "truncated_body" }),
  ...at(0.004, { kind: "server_error", status: 502 }, { kind: "server_error", status: 503 }),
  ...at(0.005, { kind: "reset_body" }, { kind: "unterminated_body" }, { kind: "latency", latencyMs: 300 }),
  ...at(0.003, { kind: "slow_body", bytesPerSecond: 4_000_000 }),
  ...at(0.0005, { kind: "connect_refused", closedMs: 50 }),
  ...at(0.0005, { kind: "endless_body" }, { kind: "compressed_body", megabytes: 16 }),
  ...at(0.0005, { kind: "nonsense", variant: "large" }),
  ...nonsense.flatMap((variant) => at(0.002, { kind: "nonsense", variant })),
  // What the vendor refuses.
  ...at(0.01, { kind: "rate_limited", retryAfter: 1 }, { kind: "moderated" }),
  ...at(0.002, { kind: "rate_limited", retryAfter: 0 }, { kind: "rate_limited", retryAfter: -5 }),
  ...at(0.002, { kind: "quota" }, { kind: "unauthorized" }),
  ...at(0.005, { kind: "moderated", stage: "output" }, { kind: "moderated", stage: "task" }),
  ...at(0.005, { kind: "moderated", stage: "item", only: 0 }, { kind: "moderated", stage: "placeholder" }),
  // What it delivers.
  ...at(0.005, { kind: "no_outputs" }, { kind: "job_failed" }, { kind: "job_cancelled" }),
  ...outputs.flatMap((variant) => at(0.002, { kind: "odd_outputs", variant })),
  ...at(0.01, { kind: "truncated_media" }, { kind: "link_expired" }, { kind: "odd_text" }),
  ...at(0.004, { kind: "wrong_type" }, { kind: "wrong_content" }, { kind: "empty_media" }),
  ...at(0.01, { kind: "link_dead" }, { kind: "truncated_body", on: "media" }),
  ...at(
    0.005,
    { kind: "reset_body", on: "media" },
    { kind: "redirect" },
    { kind: "redirect", variant: "private" },
  ),
  // How its jobs are read.
  ...at(0.01, { kind: "job_not_found" }, { kind: "unknown_status" }, { kind: "server_error", on: "read" }),
  ...at(0.01, { kind: "status_backwards" }, { kind: "status_backwards", variant: "complete" }),
  ...at(0.01, { kind: "odd_progress", variant: "over" }, { kind: "odd_progress", variant: "nan" }),
  ...at(
    0.005,
    { kind: "job_id_changed" },
    { kind: "clock_skew" },
    { kind: "drop_before_accept", on: "read" },
  ),
  ...at(0.002, { kind: "unauthorized", on: "read" }, { kind: "nonsense", on: "read" }),
  ...at(0.01, { kind: "server_error", on: "upload" }, { kind: "drop_before_accept", on: "upload" }),
];

/** Vendors that say nothing at all, which costs a whole timeout each. */
export const silences: readonly FaultRule[] = at(
  0.002,
  { kind: "hang" },
  { kind: "hang", accepted: false },
  { kind: "hang", variant: "body" },
);
