import type { FaultKind, RequestRole } from "./catalogue.ts";

/**
 * Shapes of a `200` that makes no sense. `refusal_in_200` is a vendor's error body under HTTP 200; `large` and `deep`
 * are honest answers with 10 MB of filling, or a hundred thousand brackets.
 */
export const nonsenseVariants = [
  "html",
  "empty",
  "null",
  "missing_id",
  "wrong_types",
  "refusal_in_200",
  "large",
  "deep",
] as const;

/** One of {@link nonsenseVariants}. */
export type NonsenseVariant = (typeof nonsenseVariants)[number];

/** What goes wrong, and how exactly. Options that a kind does not know are ignored. */
export interface Fault {
  readonly kind: FaultKind;
  /** `latency`: how long the answer is held back. Default 1000. `odd_webhook` `late`: how late. Default 5000. */
  readonly latencyMs?: number;
  /** `rate_limited`: the `Retry-After` header, in seconds or in one of these forms. Default 1. */
  readonly retryAfter?: number | "date" | "absent" | "garbage";
  /** `rate_limited` with `retryAfter: "date"`: how far ahead that date is, default 2. `clock_skew`: default 3600. */
  readonly seconds?: number;
  /** `server_error`: 500, 502, 503 or 504, default 500. Other refusals: replaces their HTTP status. */
  readonly status?: number;
  /** `server_error` (default false) and `hang` (default true): whether the job was accepted all the same. */
  readonly accepted?: boolean;
  /** Which form of the fault, where it has several. The README names them. */
  readonly variant?: string;
  /**
   * `moderated`: where the refusal is noticed: `input` (default), `output`, `task` at vendors with tasks, `placeholder`
   * for a success with a plain picture. `moderated` and `server_error` with `stream`: inside an event stream; with
   * `item`, where a vendor has that: single outputs of a call fail, and the others are delivered.
   */
  readonly stage?: string;
  /** `moderated` at OpenAI: whether the body has `moderation_details`. Default true. */
  readonly details?: boolean;
  /** `job_failed`: the vendor's error code. Default 2018. */
  readonly code?: number;
  /** `unknown_status`: the word used. `no_outputs`, `job_failed` and others ignore it. */
  readonly word?: string;
  /** `unknown_status`: true if the job never leaves that status. Default false: it succeeds in its time. */
  readonly forever?: boolean;
  /** `link_expired`: how many issues of the links are dead on arrival. Default 1. */
  readonly links?: number;
  /** `slow_body`: how fast the body comes. Default 1. */
  readonly bytesPerSecond?: number;
  /** `compressed_body`: size when unpacked, default 1024. `nonsense` `large`: size of the filling, default 10. */
  readonly megabytes?: number;
  /** `compressed_body` `stacked`: how often it is packed. Default 3. */
  readonly layers?: number;
  /** `connect_refused`: how long the port stays closed. Default 1000. */
  readonly closedMs?: number;
  /** `redirect`: an address of your own in place of the variant's. */
  readonly location?: string;
  /** Faults of outputs: only the outputs with these numbers, counted from 0, e.g. `0+2`. Default all. */
  readonly only?: string | number;
}

/** A fault and the requests that it hits. */
export interface FaultRule extends Fault {
  /** Path prefix of the vendor, e.g. `openai`; default any. */
  readonly vendor?: string;
  /** Regular expression, or a plain part, of the path. */
  readonly path?: string;
  /** Which requests, by what they are. Default what the kind is about, mostly `create`; `any` where `path` is given. */
  readonly on?: RequestRole | "any";
  /** How often it strikes; null for always. Default 1. */
  readonly times?: number | null;
  /** How many matching requests pass first. Default 0. */
  readonly after?: number;
  /** Chance of striking, 0 to 1, drawn by the simulator's seed. Default 1. */
  readonly probability?: number;
}
