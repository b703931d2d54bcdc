import type { FaultRule } from "@genbff/simulator";

/** How an order ends: `done` with all that was ordered, or `<outcome>: <code>` with who must act and how long to wait. */
export type Wanted = string;

/** A fault, and how every provider ends that meets it in its first operation. */
export interface FaultCase {
  /** In the list of the reliability specification, section 5. */
  readonly number: number;
  readonly fault: FaultRule | "offline";
  readonly wanted: Wanted;
  /** The providers that can meet it. Default: all. */
  readonly at?: readonly string[];
  /** Providers that end otherwise, each for the reason in the comment above it. */
  readonly except?: Readonly<Record<string, Wanted>>;
  /** Purchases at the vendor. Never more than one, but where the vendor itself takes one request twice. */
  readonly bought: number;
  readonly boughtAt?: Readonly<Record<string, number>>;
  /** For faults that only patience ends. */
  readonly timeoutMs?: number;
}

const unknown = "unknown: submission_unknown";
const refusedFor = (ms: number) => `refused: provider_unavailable in ${ms}`;
const operator = "refused: provider_unavailable, operator";
const failed = "failed: provider_failed";
const rejected = "refused: content_rejected";
const lateRejected = "failed: content_rejected";
const done = "done";
const impatient = { timeoutMs: 1_000 };

const jobs = { at: ["stability jobs", "tripo", "fal", "replicate"] };
const inAnswer = { at: ["openai", "gemini", "ai-sdk", "stability"] };
const json = { at: ["openai", "recraft", "gemini", "seedream", "ai-sdk", "tripo", "fal", "replicate"] };

// Where the vendor names no time: 60 s and 2 s by its documents.
const unstatedAnywhere = {
  stability: refusedFor(60_000),
  "stability jobs": refusedFor(60_000),
  seedream: refusedFor(2_000),
};
// Replicate says it in the words of the body.
const unstated = { except: { ...unstatedAnywhere, replicate: refusedFor(30_000) } };
// Content is not looked at before the job has begun: the refusal is the job's end.
const moderatedJobs = {
  except: { fal: lateRejected, replicate: lateRejected },
  boughtAt: { fal: 1, replicate: 1 },
};
// The answer is read as a picture: JSON in its place is none. Pictures in JSON are read by depth.
const shallow = { stability: unknown, "stability jobs": done, openai: unknown, gemini: unknown };

const faults: [number, FaultCase["fault"], Wanted, number, Partial<FaultCase>?][] = [
  [1, "offline", "not_sent: provider_unavailable", 0],
  [1, { kind: "connect_refused", closedMs: 50 }, unknown, 0],
  [2, { kind: "hang" }, unknown, 1, impatient],
  [2, { kind: "hang", accepted: false }, unknown, 0, impatient],
  [3, { kind: "hang", variant: "body" }, unknown, 1, impatient],
  [4, { kind: "slow_body", bytesPerSecond: 1_000_000_000 }, done, 1],
  [5, { kind: "reset_body" }, unknown, 1],
  [6, { kind: "truncated_body" }, unknown, 1],
  [7, { kind: "unterminated_body" }, unknown, 1],
  [8, { kind: "nonsense", variant: "html" }, unknown, 1],
  [8, { kind: "nonsense", variant: "empty" }, unknown, 1],
  [8, { kind: "nonsense", variant: "null" }, unknown, 1],
  [8, { kind: "nonsense", variant: "missing_id" }, unknown, 1],
  [8, { kind: "nonsense", variant: "wrong_types" }, unknown, 1],
  [8, { kind: "nonsense", variant: "refusal_in_200" }, unknown, 1],
  // The SDK reads answers of any size.
  [8, { kind: "nonsense", variant: "large" }, unknown, 1, { except: { "ai-sdk": done } }],
  [8, { kind: "nonsense", variant: "deep" }, done, 1, { except: shallow }],
  [9, { kind: "rate_limited", retryAfter: 4 }, refusedFor(4_000), 0],
  [9, { kind: "rate_limited", retryAfter: "garbage" }, refusedFor(5_000), 0, unstated],
  [9, { kind: "rate_limited", retryAfter: "absent" }, refusedFor(5_000), 0, unstated],
  [9, { kind: "rate_limited", retryAfter: -5 }, refusedFor(5_000), 0, { except: unstatedAnywhere }],
  [9, { kind: "rate_limited", retryAfter: 0 }, refusedFor(1_000), 0],
  [9, { kind: "rate_limited", retryAfter: 999_999_999_999 }, refusedFor(3_600_000), 0],
  [10, { kind: "server_error", status: 500 }, unknown, 0],
  [10, { kind: "server_error", status: 502 }, unknown, 0],
  [10, { kind: "server_error", status: 503 }, unknown, 0],
  [10, { kind: "drop_before_accept" }, unknown, 0],
  [11, { kind: "server_error", status: 504, accepted: true }, unknown, 1],
  [11, { kind: "drop_after_accept" }, unknown, 1],
  [12, { kind: "accepted_twice" }, done, 2],
  [13, { kind: "job_not_found" }, done, 1, jobs],
  [14, { kind: "unknown_status" }, done, 1, jobs],
  [15, { kind: "status_backwards" }, done, 1, jobs],
  [15, { kind: "status_backwards", variant: "complete" }, done, 1, jobs],
  [16, { kind: "odd_progress", variant: "over" }, done, 1, jobs],
  [16, { kind: "odd_progress", variant: "nan" }, done, 1, jobs],
  [17, { kind: "no_outputs" }, failed, 1, { at: ["tripo", "fal", "replicate"] }],
  [
    17,
    { kind: "no_outputs" },
    unknown,
    1,
    {
      at: ["openai", "stability", "recraft", "gemini", "seedream", "ai-sdk"],
      // Both say in so many words that there is none: a finish reason, an empty list.
      except: { gemini: failed, "ai-sdk": failed },
      // It bills what came out.
      boughtAt: { seedream: 0 },
    },
  ],
  [
    17,
    { kind: "odd_outputs", variant: "null" },
    unknown,
    1,
    { ...json, except: { tripo: failed, fal: failed, replicate: failed } },
  ],
  [
    17,
    { kind: "odd_outputs", variant: "too_many" },
    done,
    1,
    // How many were priced is known to core alone when a job is read; it takes no more than that.
    { ...json, except: { fal: "done, 3 of 1", replicate: "done, 3 of 1" } },
  ],
  [18, { kind: "moderated" }, rejected, 0, moderatedJobs],
  [
    18,
    { kind: "moderated", stage: "output" },
    rejected,
    0,
    // A finish reason in an answer that was computed.
    { ...moderatedJobs, except: { ...moderatedJobs.except, gemini: lateRejected } },
  ],
  [18, { kind: "moderated", stage: "task" }, lateRejected, 1, { at: ["tripo", "fal", "replicate"] }],
  // 19, 20: links are followed by core's guarded fetch. What they say and hold is seen there, too: see its tests.
  [21, { kind: "wrong_type" }, done, 1, json],
  // Stability's answer is the file: its first bytes are looked at. What is inside JSON is looked at by core.
  [22, { kind: "wrong_content" }, done, 1, { ...inAnswer, except: { stability: unknown } }],
  [23, { kind: "truncated_media" }, done, 1, inAnswer],
  [24, { kind: "empty_media" }, done, 1, { ...inAnswer, except: { stability: unknown } }],
  // Stability's file ends where core's limit of bytes is, whatever comes.
  [25, { kind: "endless_body" }, unknown, 1, { ...json, ...impatient }],
  // The SDK reads answers of any size.
  [26, { kind: "compressed_body", megabytes: 16 }, unknown, 1, { ...json, except: { "ai-sdk": done } }],
  [
    27,
    { kind: "odd_outputs", variant: "relative" },
    unknown,
    1,
    // Links that are none are asked for again, as the job lives; Tripo's are taken for a task without a model.
    { ...json, except: { tripo: failed, fal: done, replicate: done } },
  ],
  [
    28,
    { kind: "job_cancelled" },
    "failed: cancelled",
    1,
    // Nobody can ask Tripo to: its task has failed.
    { at: ["tripo", "fal", "replicate"], except: { tripo: failed } },
  ],
  // 29: an end is an end. What comes after it is for core, which must not take it.
  // 30: see the vendors' webhook tests.
  [31, { kind: "job_id_changed" }, done, 1, jobs],
  [32, { kind: "clock_skew", times: null }, done, 1, jobs],
  [33, { kind: "unauthorized", on: "read" }, done, 1, jobs],
  [33, { kind: "unauthorized" }, operator, 0],
  [33, { kind: "job_failed" }, failed, 1, { at: ["tripo", "fal", "replicate"] }],
  [34, { kind: "quota" }, operator, 0],
];

/** Number by number. */
export const faultCases: readonly FaultCase[] = faults.map(([number, fault, wanted, bought, more]) => ({
  number,
  fault,
  wanted,
  bought,
  ...more,
}));
