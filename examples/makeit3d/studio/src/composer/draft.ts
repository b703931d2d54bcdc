import type { JsonValue, OperationEntry, OperationList } from "@genbff/client-sdk";
import type { Mark } from "../mask/paint.ts";
import { type Wish, wishesOffered } from "./wishes.ts";

/** What lies in the drop zone. */
export type Source =
  | { state: "uploading"; name: string; percent: number }
  | { state: "damaged"; sentence: string }
  | { state: "ready"; id: string; url: string; kind: "image" | "model"; name: string; note: string };

/** What somebody is about to ask for. Kept while they switch between wishes. */
export interface Draft {
  operation: string;
  prompt: string;
  /** A preset, or `""` for "As it is". */
  style: string;
  count: number;
  /** A provider's public key, or `""` for "Best choice". */
  provider: string;
  source: Source | null;
  /** What is marked on the picture in the drop zone. */
  mask: Source | null;
  /** How it was painted, to be gone on with; empty where a mask was brought along. */
  marks: readonly Mark[];
  /** Its other sides, without gaps: left, back, right. */
  sides: readonly Source[];
  /** What was changed under "More choices". The rest keeps its default. */
  more: Record<string, JsonValue>;
}

export const emptyDraft: Draft = {
  operation: "",
  prompt: "",
  style: "",
  count: 1,
  provider: "",
  source: null,
  mask: null,
  marks: [],
  sides: [],
  more: {},
};

/** A draft, changed in part. What was marked on a picture, and its other sides, go with the picture. */
export function changed(before: Draft, changes: Partial<Draft>): Draft {
  const after = { ...before, ...changes };
  return sourceId(after) === sourceId(before) ? after : { ...after, mask: null, marks: [], sides: [] };
}

/** Names what lies in the drop zone, once it is there. */
export function sourceId({ source }: Draft): string | null {
  return source?.state === "ready" ? source.id : null;
}

export interface Choice {
  wish: Wish;
  entry: OperationEntry;
  /** Whom to name in the request; `undefined` lets the server choose. */
  provider: string | undefined;
}

/** The wish, the catalogue's entry and the provider that a draft means; `null` where nothing is on offer. */
export function choiceOf(catalogue: OperationList, draft: Draft): Choice | null {
  const wishes = wishesOffered(catalogue.operations);
  // A photo is the best beginning, so that is what an empty table offers.
  const wish =
    wishes.find((item) => item.operation === draft.operation) ??
    wishes.find((item) => item.operation === "image-to-image") ??
    wishes[0];
  const entry = catalogue.operations.find((item) => item.operation === wish?.operation);
  return wish && entry ? { wish, entry, provider: providerOf(entry, draft.provider) } : null;
}

function providerOf(entry: OperationEntry, asked: string): string | undefined {
  const keys = entry.providers.map((item) => item.provider);
  if (keys.includes(asked)) return asked;
  // With one provider, naming it is what makes its own parameters available.
  return keys.length === 1 || !entry.provider_optional ? keys[0] : undefined;
}
