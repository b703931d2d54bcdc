/** US dollars for a million tokens. */
interface Prices {
  readonly input: number;
  /** Text, and the thoughts before it. */
  readonly text: number;
  readonly image: number;
}

/** A model that writes. */
export interface TextModel {
  readonly kind: "text";
  readonly id: string;
  /** How its thinking is asked for: by level since the 3 series, by budget before. */
  readonly thinking: "level" | "budget";
  readonly prices: Prices;
  /** Day (UTC) from which another model answers in its place. */
  readonly retires?: { readonly on: string; readonly routedTo: string };
}

/** A model that paints. */
export interface ImageModel {
  readonly kind: "image";
  readonly id: string;
  readonly ratios: readonly string[];
  /** Tokens of one picture in each size; a size that is not here is refused. */
  readonly tokens: Readonly<Record<string, number>>;
  readonly thinkingLevels: readonly string[];
  /** Shows a draft among its thoughts, asked or not. */
  readonly drafts: boolean;
  readonly format: "png" | "jpeg";
  readonly prices: Prices;
}

/** A model that answers. */
export type Model = TextModel | ImageModel;

const tenRatios = ["1:1", "2:3", "3:2", "3:4", "4:3", "4:5", "5:4", "9:16", "16:9", "21:9"];
const fourteenRatios = [...tenRatios, "1:4", "4:1", "1:8", "8:1"];

/**
 * Models that paint. Only the prices of a picture of the first two are told by a source; tokens are such that they
 * come to them: $0.034 in 1K, $0.134 in 1K and 2K. What no source tells stands in for the invoice's sake.
 */
export const imageModels: readonly ImageModel[] = [
  {
    kind: "image",
    id: "gemini-nano-banana-2.1",
    ratios: fourteenRatios,
    tokens: { "1K": 1120, "2K": 1680, "4K": 2520 },
    thinkingLevels: ["MINIMAL", "MEDIUM", "HIGH"],
    drafts: false,
    format: "png",
    prices: { input: 0.5, text: 3, image: 30 },
  },
  {
    kind: "image",
    id: "gemini-3-pro-image",
    ratios: tenRatios,
    tokens: { "1K": 1120, "2K": 1120, "4K": 2000 },
    thinkingLevels: ["LOW", "HIGH"],
    drafts: true,
    format: "png",
    prices: { input: 2, text: 12, image: 120 },
  },
  {
    kind: "image",
    id: "gemini-3.1-flash-lite-image",
    ratios: fourteenRatios,
    tokens: { "512": 747, "1K": 1120 },
    thinkingLevels: ["MINIMAL", "HIGH"],
    drafts: false,
    // Nothing promises PNG: the part says what it is.
    format: "jpeg",
    prices: { input: 0.25, text: 1.5, image: 15 },
  },
];

const flash = { input: 0.5, text: 3, image: 0 };
const pro = { input: 2, text: 12, image: 0 };

/** Models that write; no source tells their prices. */
export const textModels: readonly TextModel[] = [
  { kind: "text", id: "gemini-3.8-flash", thinking: "level", prices: flash },
  { kind: "text", id: "gemini-3.6-flash", thinking: "level", prices: flash },
  {
    kind: "text",
    id: "gemini-3.5-flash-lite",
    thinking: "level",
    prices: { input: 0.1, text: 0.4, image: 0 },
  },
  { kind: "text", id: "gemini-3.1-pro-preview", thinking: "level", prices: pro },
  {
    kind: "text",
    id: "gemini-2.5-pro",
    thinking: "budget",
    prices: pro,
    retires: { on: "2026-12-01", routedTo: "gemini-3.8-flash" },
  },
  {
    kind: "text",
    id: "gemini-2.5-flash",
    thinking: "budget",
    prices: flash,
    retires: { on: "2026-12-01", routedTo: "gemini-3.5-flash-lite" },
  },
  {
    kind: "text",
    id: "gemini-3.7-flash",
    thinking: "level",
    prices: flash,
    retires: { on: "2026-10-08", routedTo: "gemini-3.8-flash" },
  },
  {
    kind: "text",
    id: "gemini-3.5-flash",
    thinking: "level",
    prices: flash,
    retires: { on: "2026-10-08", routedTo: "gemini-3.6-flash" },
  },
];

const models: readonly Model[] = [...imageModels, ...textModels];

/** The model that answers for an id at `now`: another one where the id is routed, none where it is unknown or shut down. */
export function findModel(id: string, now: number): Model | undefined {
  const model = models.find((candidate) => candidate.id === id);
  if (model?.kind !== "text" || !model.retires || now < Date.parse(model.retires.on)) return model;
  return findModel(model.retires.routedTo, now);
}

/** Models that still answer under their own names at `now`. */
export function listModels(now: number): readonly Model[] {
  return models.filter(({ id }) => findModel(id, now)?.id === id);
}
