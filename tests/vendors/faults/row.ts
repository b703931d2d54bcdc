import type { FaultRule } from "@genbff/simulator";

/** Every provider, one column each; Stability's jobs beside what it answers at once. */
export const columns = [
  "openai",
  "stability",
  "stability jobs",
  "recraft",
  "gemini",
  "seedream",
  "tripo",
  "fal",
  "replicate",
  "ai-sdk",
] as const;

/** One of {@link columns}. */
export type Column = (typeof columns)[number];

/** How an order ends that meets the fault. */
export interface Ending {
  /**
   * `complete`, or what of it came; `undelivered: <code>` where core cannot take what was made; else
   * `<outcome>: <code>` of the provider, with who must act and how many ms to wait.
   */
  readonly end: string;
  /** Another end, as right as the first, where only the order of two packets decides. */
  readonly or?: string;
  /** Purchases at the vendor. Never more than one, but where the vendor itself takes one request twice. */
  readonly bought: number;
}

/** Why a fault cannot happen there. */
export interface Never {
  readonly because: string;
}

export type Cell = Ending | Never;

/** A fault as the specification words it, how to have it, and what must come of it everywhere. */
export interface FaultRow {
  /** In the list of the reliability specification, section 5. */
  readonly number: number;
  /** The part of that number. See `section-5.ts`. */
  readonly part: string;
  /** Acted out by the simulator; or nobody listens, nobody is called that, nobody there speaks TLS. */
  readonly fault: FaultRule | "offline" | "nameless" | "no tls";
  readonly cells: Readonly<Record<Column, Cell>>;
  /** For faults that only patience ends. */
  readonly timeoutMs?: number;
  /** Another operation than the provider's first. */
  readonly operation?: string;
  /** Cancels as soon as the job runs. */
  readonly cancels?: boolean;
  /** Listens to webhooks, until so many have come. */
  readonly told?: number;
}

/** The same cell in several columns. */
function fill<Name extends Column>(names: readonly Name[], cell: Cell): Record<Name, Cell> {
  return Object.fromEntries(names.map((name) => [name, cell])) as Record<Name, Cell>;
}

/** These columns end like this. */
export function ends<Name extends Column>(
  names: readonly Name[],
  end: string,
  bought: number,
): Record<Name, Cell> {
  return fill(names, { end, bought });
}

/** At these it does not exist, because. */
export function never<Name extends Column>(names: readonly Name[], because: string): Record<Name, Cell> {
  return fill(names, { because });
}

/** Vendors whose work is a job that is asked about. */
export const jobs = ["stability jobs", "tripo", "fal", "replicate"] as const;
/** Vendors that answer a submission with what was made. */
export const atOnce = ["openai", "stability", "recraft", "gemini", "seedream", "ai-sdk"] as const;
/** Vendors that leave what was made behind links. */
export const byLink = ["recraft", "seedream", "tripo", "fal", "replicate"] as const;
/** Vendors that put what was made into their answers. */
export const inAnswer = ["openai", "stability", "stability jobs", "gemini", "ai-sdk"] as const;

export const noJob = "It answers a submission with what was made: there is no job to ask about.";
export const noLink = "What was made is in the answer: there is no link.";

export const complete = "complete";
export const unknown = "unknown: submission_unknown";
export const notSent = "not_sent: provider_unavailable";
export const operator = "refused: provider_unavailable, operator";
export const failed = "failed: provider_failed";
export const rejected = "refused: content_rejected";
export const lateRejected = "failed: content_rejected";
export const refusedFor = (ms: number) => `refused: provider_unavailable in ${ms}`;
export const undelivered = (code: string) => `undelivered: ${code}`;
