import {
  atOnce,
  byLink,
  columns,
  complete,
  ends,
  type FaultRow,
  failed,
  inAnswer,
  jobs,
  lateRejected,
  never,
  noJob,
  noLink,
  notSent,
  rejected,
  undelivered,
  unknown,
} from "./row.ts";

const onMedia = { on: "media" } as const;
const noLinks = never(inAnswer, noLink);
const noFile = never(byLink, "What was made is behind a link: see the next row.");
const noList = never(
  ["stability", "stability jobs"],
  "Its answer is the one file itself: there is no list of outputs.",
);
const lists = ["openai", "recraft", "gemini", "seedream", "tripo", "fal", "replicate", "ai-sdk"] as const;

const linked = { ...ends(byLink, complete, 1), ...noLinks };
const gone = { ...ends(byLink, undelivered("output_unavailable"), 1), ...noLinks };
/** Copied again, it is the same again. */
const damaged = { ...ends(byLink, undelivered("provider_failed"), 1), ...noLinks };
/** Content is not looked at before the job has begun: the refusal is the job's end. */
const whenItRuns = ends(["fal", "replicate"], lateRejected, 1);

/** A link that is dead today is renewed by asking for the job. Vendors without jobs have given theirs for good. */
const renewed = {
  ...linked,
  // The first of its two pictures.
  ...ends(["recraft"], "complete, 1 of 2", 1),
  ...ends(["seedream"], undelivered("output_unavailable"), 1),
};

/** A link that is none. */
const noWebLink = {
  // What was paid for is lost, and nobody can be asked: a case for the operator.
  ...ends(["recraft", "seedream"], unknown, 1),
  // Asked again, as the job lives.
  ...ends(["fal", "replicate"], complete, 1),
  // A task without a model that can be fetched.
  ...ends(["tripo"], failed, 1),
  ...noLinks,
};

/** Faults of what was made. */
export const rowsOfOutputs: readonly FaultRow[] = [
  {
    number: 17,
    part: "no outputs",
    fault: { kind: "no_outputs" },
    cells: {
      // Billed, and nobody says why there is none.
      ...ends(["openai", "stability", "recraft"], unknown, 1),
      // They say in so many words that there is none: a finish reason, an empty list, the count of what is billed.
      ...ends(["gemini", "ai-sdk"], failed, 1),
      ...ends(["seedream"], failed, 0),
      ...ends(["tripo", "fal", "replicate"], failed, 1),
      // An empty answer to a look is no answer: core looks again until the generation's time is up.
      ...ends(["stability jobs"], notSent, 1),
    },
  },
  {
    number: 17,
    part: "too many",
    fault: { kind: "odd_outputs", variant: "too_many" },
    cells: { ...ends(lists, complete, 1), ...noList },
  },
  {
    number: 17,
    part: "duplicate",
    fault: { kind: "odd_outputs", variant: "duplicate" },
    cells: { ...ends(lists, complete, 1), ...noList },
  },
  {
    number: 17,
    part: "null URL",
    fault: { kind: "odd_outputs", variant: "null" },
    cells: {
      ...ends(["openai", "recraft", "gemini", "seedream", "ai-sdk"], unknown, 1),
      ...ends(["tripo", "fal", "replicate"], failed, 1),
      ...noList,
    },
  },
  {
    number: 18,
    part: "at submit",
    fault: { kind: "moderated" },
    cells: { ...ends(columns, rejected, 0), ...whenItRuns },
  },
  {
    number: 18,
    part: "[of the output]",
    fault: { kind: "moderated", stage: "output" },
    cells: {
      ...ends(columns, rejected, 0),
      ...whenItRuns,
      // A finish reason in an answer that was computed.
      ...ends(["gemini"], lateRejected, 0),
    },
  },
  {
    number: 18,
    part: "at poll",
    fault: { kind: "moderated", stage: "task" },
    cells: { ...ends(jobs, lateRejected, 1), ...never(atOnce, noJob) },
  },
  {
    number: 18,
    part: "placeholder",
    fault: { kind: "moderated", stage: "placeholder" },
    cells: {
      ...ends(["stability", "stability jobs", "fal"], lateRejected, 1),
      ...never(
        ["openai", "recraft", "gemini", "seedream", "tripo", "replicate", "ai-sdk"],
        "Its documents know no success that was blurred, and no sign of one: refused content is an error there.",
      ),
    },
  },
  ...[403, 404, 410].map((status) => ({
    number: 19,
    part: String(status),
    fault: { kind: "link_dead", status } as const,
    cells: renewed,
  })),
  {
    number: 19,
    part: "expired at once",
    fault: { kind: "link_expired" },
    // Tripo makes new links at each look; the others' files are gone.
    cells: { ...gone, ...ends(["tripo"], complete, 1) },
  },
  { number: 19, part: "[for ever]", fault: { kind: "link_dead", times: null }, cells: gone },
  { number: 20, part: "to other host", fault: { kind: "redirect" }, cells: linked },
  ...(
    [
      ["to private address", "private"],
      ["loop", "loop"],
      ["to file:", "file"],
    ] as const
  ).map(([part, variant]) => ({
    number: 20,
    part,
    fault: { kind: "redirect", variant, times: null } as const,
    cells: gone,
  })),
  // What a vendor says of a file decides nothing: its bytes are looked at.
  {
    number: 21,
    part: "wrong content type",
    fault: { kind: "wrong_type" },
    cells: ends(columns, complete, 1),
  },
  {
    number: 21,
    part: "[of a file]",
    fault: { kind: "wrong_type", ...onMedia, times: null },
    cells: linked,
  },
  ...(
    [
      [22, "content does not match type", "wrong_content"],
      [24, "zero bytes", "empty_media"],
    ] as const
  ).map(([number, part, kind]) => ({
    number,
    part,
    fault: { kind } as const,
    cells: {
      ...ends(["openai", "gemini", "ai-sdk"], undelivered("provider_failed"), 1),
      // Its answer is the file: what does not begin like one is no answer. A job is looked at again.
      ...ends(["stability"], unknown, 1),
      ...ends(["stability jobs"], complete, 1),
      ...noFile,
    },
  })),
  {
    number: 23,
    part: "truncated media",
    fault: { kind: "truncated_media" },
    // A job keeps its file for a day: it is read again.
    cells: {
      ...ends(inAnswer, undelivered("provider_failed"), 1),
      ...ends(["stability jobs"], complete, 1),
      ...noFile,
    },
  },
  ...(
    [
      [22, "wrong_content"],
      [23, "truncated_media"],
      [24, "empty_media"],
    ] as const
  ).map(([number, kind]) => ({
    number,
    part: "[of a file]",
    fault: { kind, ...onMedia, times: null } as const,
    cells: damaged,
  })),
  ...(
    [
      ["data:", "data"],
      ["relative", "relative"],
      ["[file:]", "file"],
    ] as const
  ).map(([part, variant]) => ({
    number: 27,
    part,
    fault: { kind: "odd_outputs", variant } as const,
    cells: noWebLink,
  })),
  {
    number: 27,
    part: "[private address]",
    fault: { kind: "odd_outputs", variant: "private" },
    cells: gone,
  },
];
