import {
  byLink,
  type Cell,
  type Column,
  columns,
  complete,
  ends,
  type FaultRow,
  failed,
  inAnswer,
  never,
  noLink,
  notSent,
  refusedFor,
  undelivered,
  unknown,
} from "./row.ts";

const impatientMs = 1_000;
const everywhere = (end: string, bought: number) => ends(columns, end, bought);
/** A file is copied again when its copy broke off. */
const copied = { ...ends(byLink, complete, 1), ...never(inAnswer, noLink) };
const others = columns.filter((name): name is Exclude<Column, "gemini"> => name !== "gemini");
const onMedia = { on: "media" } as const;

/** Where the vendor names no time: 60 s and 2 s by its documents. */
const unstated = {
  ...everywhere(refusedFor(5_000), 0),
  ...ends(["stability", "stability jobs"], refusedFor(60_000), 0),
  ...ends(["seedream"], refusedFor(2_000), 0),
};
/** Replicate says it in the words of the body. */
const unstatedInHeader = { ...unstated, ...ends(["replicate"], refusedFor(30_000), 0) };

/** A plan that does not fit is asked for once more: two calls, and the second one fits. */
const plan = (part: string, variant: string, cell: Cell, times: number | null = 1): FaultRow => ({
  number: 8,
  part,
  fault: { kind: "odd_text", variant, times },
  operation: "plan-prompts",
  cells: {
    gemini: cell,
    ...never(others, "It is offered for pictures and models only: none of its answers is a text of a model."),
  },
});
const repaired: Cell = { end: complete, bought: 2 };
const fits: Cell = { end: complete, bought: 1 };

/**
 * Too much of an answer is as good as none. But OpenAI's pictures are stored as they arrive, before the rest is too much,
 * and the SDK reads answers of any size.
 */
const oversize = { ...everywhere(unknown, 1), ...ends(["openai", "ai-sdk"], complete, 1) };
/** Stability's answer is the file: it ends where core's limit of bytes is. */
const oversizeFile = ends(["stability"], undelivered("provider_failed"), 1);

const nonsense = (part: string, variant: string, cells = everywhere(unknown, 1)): FaultRow => ({
  number: 8,
  part,
  fault: { kind: "nonsense", variant },
  cells,
});
const limited = (
  part: string,
  retryAfter: number | "date" | "absent" | "garbage",
  cells: Record<Column, Cell>,
): FaultRow => ({
  number: 9,
  part,
  fault: { kind: "rate_limited", retryAfter, ...(retryAfter === "date" ? { seconds: 7_200 } : {}) },
  cells,
});

/** Faults of one call: of its connection, its status and its body. */
export const rowsOfCalls: readonly FaultRow[] = [
  { number: 1, part: "connect refused", fault: "offline", cells: everywhere(notSent, 0) },
  { number: 1, part: "DNS fail", fault: "nameless", cells: everywhere(notSent, 0) },
  { number: 1, part: "TLS error", fault: "no tls", cells: everywhere(notSent, 0) },
  {
    number: 1,
    part: "[closed while it is asked]",
    fault: { kind: "connect_refused", closedMs: 50 },
    cells: everywhere(unknown, 0),
  },
  {
    number: 2,
    part: "no headers",
    fault: { kind: "hang" },
    timeoutMs: impatientMs,
    cells: everywhere(unknown, 1),
  },
  {
    number: 2,
    part: "[no headers, nothing accepted]",
    fault: { kind: "hang", accepted: false },
    timeoutMs: impatientMs,
    cells: everywhere(unknown, 0),
  },
  {
    number: 2,
    part: "[late headers]",
    fault: { kind: "latency", latencyMs: 200 },
    cells: everywhere(complete, 1),
  },
  {
    number: 3,
    part: "no body",
    fault: { kind: "hang", variant: "body" },
    timeoutMs: impatientMs,
    cells: everywhere(unknown, 1),
  },
  {
    number: 4,
    part: "slow body",
    fault: { kind: "slow_body", bytesPerSecond: 1_000_000_000 },
    cells: everywhere(complete, 1),
  },
  {
    number: 4,
    part: "[slow file]",
    fault: { kind: "slow_body", bytesPerSecond: 1_000_000_000, ...onMedia },
    cells: copied,
  },
  { number: 5, part: "reset mid-body", fault: { kind: "reset_body" }, cells: everywhere(unknown, 1) },
  { number: 5, part: "[file reset]", fault: { kind: "reset_body", ...onMedia }, cells: copied },
  {
    number: 6,
    part: "body shorter than Content-Length",
    fault: { kind: "truncated_body" },
    cells: everywhere(unknown, 1),
  },
  {
    number: 6,
    part: "[file shorter than Content-Length]",
    fault: { kind: "truncated_body", ...onMedia },
    cells: copied,
  },
  {
    number: 7,
    part: "no final chunk",
    fault: { kind: "unterminated_body" },
    cells: {
      ...everywhere(unknown, 1),
      // Its picture is stored as it arrives: it has come whole, unless the news of the end overtakes it.
      openai: { end: complete, or: unknown, bought: 1 },
    },
  },
  {
    number: 7,
    part: "[file without final chunk]",
    fault: { kind: "unterminated_body", ...onMedia },
    cells: copied,
  },
  nonsense("HTML", "html"),
  nonsense("empty body", "empty"),
  nonsense("null", "null"),
  nonsense("wrong JSON types, id of wrong type", "wrong_types"),
  nonsense("missing id", "missing_id"),
  nonsense("[refusal in a 200]", "refusal_in_200"),
  nonsense("10 MB JSON", "large", oversize),
  nonsense("deep JSON", "deep", {
    ...everywhere(complete, 1),
    // The answer is read as a picture: JSON in its place is none. Gemini's pictures are read by depth.
    ...ends(["stability", "gemini"], unknown, 1),
  }),
  plan("[text that does not fit its schema]", "schema", repaired),
  plan("[text that never fits its schema]", "schema", { end: failed, bought: 2 }, null),
  plan("[prose]", "prose", repaired),
  plan("[fenced JSON]", "fenced", repaired),
  // Asked again, it would be as long again.
  plan("[cut text]", "cut", { end: failed, bought: 1 }),
  plan("[empty text]", "empty", repaired),
  plan("[too many]", "too_many", fits),
  plan("[none]", "none", repaired),
  plan("[text in pieces]", "split", fits),
  limited("seconds", 4, everywhere(refusedFor(4_000), 0)),
  // Further ahead than anybody waits, so that it does not matter when it was written.
  limited("HTTP date", "date", everywhere(refusedFor(3_600_000), 0)),
  limited("absent", "absent", unstatedInHeader),
  limited("0", 0, everywhere(refusedFor(1_000), 0)),
  limited("negative", -5, unstated),
  limited("huge", 999_999_999_999, everywhere(refusedFor(3_600_000), 0)),
  limited("garbage", "garbage", unstatedInHeader),
  ...[500, 502, 503, 504].map((status) => ({
    number: 10,
    part: String(status),
    fault: { kind: "server_error", status } as const,
    cells: everywhere(unknown, 0),
  })),
  {
    number: 10,
    part: "[dropped before it was accepted]",
    fault: { kind: "drop_before_accept" },
    cells: everywhere(unknown, 0),
  },
  {
    number: 11,
    part: "accepts but answers 504",
    fault: { kind: "server_error", status: 504, accepted: true },
    cells: everywhere(unknown, 1),
  },
  {
    number: 11,
    part: "[dropped after it was accepted]",
    fault: { kind: "drop_after_accept" },
    cells: everywhere(unknown, 1),
  },
  { number: 12, part: "accepts twice", fault: { kind: "accepted_twice" }, cells: everywhere(complete, 2) },
  {
    number: 25,
    part: "endless body",
    fault: { kind: "endless_body" },
    cells: {
      ...everywhere(unknown, 1),
      ...ends(["openai"], complete, 1),
      ...oversizeFile,
    },
  },
  { number: 25, part: "[endless file]", fault: { kind: "endless_body", ...onMedia }, cells: copied },
  {
    number: 26,
    part: "highly compressible",
    fault: { kind: "compressed_body", megabytes: 8 },
    cells: { ...oversize, ...oversizeFile },
  },
  {
    number: 26,
    part: "[highly compressible file]",
    fault: { kind: "compressed_body", megabytes: 8, ...onMedia },
    cells: copied,
  },
  {
    number: 26,
    part: "stacked encodings",
    fault: { kind: "compressed_body", variant: "stacked" },
    cells: everywhere(complete, 1),
  },
  {
    number: 26,
    part: "[stacked encodings of a file]",
    fault: { kind: "compressed_body", variant: "stacked", ...onMedia },
    cells: copied,
  },
];
