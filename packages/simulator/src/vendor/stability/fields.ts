/** What the vendor takes as a picture. */
export interface PictureRule {
  /** Shortest side that will do. */
  readonly sideMin: number;
  readonly sideMax?: number;
  readonly pixelsMin: number;
  readonly pixelsMax?: number;
  /** Proportions from 1:2.5 to 2.5:1. */
  readonly ratio?: true;
}

/** One part of a request's form. */
export type Field =
  | { readonly kind: "text"; readonly max: number; readonly required?: true }
  | {
      readonly kind: "number";
      readonly low: number;
      readonly high: number;
      readonly whole?: true;
      readonly fallback?: number;
    }
  | { readonly kind: "choice"; readonly words: readonly string[]; readonly fallback?: string }
  | { readonly kind: "picture"; readonly rule: PictureRule; readonly required?: true };

/** The parts of an endpoint's form by name; any other part is refused. */
export type Fields = Readonly<Record<string, Field>>;

const textMax = 10_000;

/** A text that must be there. */
export const text = { kind: "text", max: textMax, required: true } as const;

/** A text that may be left out. */
export const optionalText = { kind: "text", max: textMax } as const;

/** A number between two bounds, both included. */
export function number(low: number, high: number, fallback?: number): Field {
  return fallback === undefined ? { kind: "number", low, high } : { kind: "number", low, high, fallback };
}

/** A whole number between two bounds, both included. */
export function whole(low: number, high: number, fallback: number): Field {
  return { kind: "number", low, high, whole: true, fallback };
}

/** One of a few words; without a fallback it may be left out. */
export function choice(words: readonly string[], fallback?: string): Field {
  return fallback === undefined ? { kind: "choice", words } : { kind: "choice", words, fallback };
}

/** A picture that must be there. */
export function picture(rule: PictureRule): Field {
  return { kind: "picture", rule, required: true };
}

/** A picture that may be left out. */
export function optionalPicture(rule: PictureRule): Field {
  return { kind: "picture", rule };
}

const r9 = { sideMin: 64, pixelsMin: 4096, pixelsMax: 9_437_184 };

/** The vendor's rules for pictures, by the names that its document's summary gives them. */
export const rules = {
  r9,
  r9Ratio: { ...r9, ratio: true },
  r4: { sideMin: 64, pixelsMin: 4096, pixelsMax: 4_194_304 },
  transferInit: { ...r9, sideMax: 16_383, ratio: true },
  transferStyle: { ...r9, sideMax: 16_383 },
  ultra: { sideMin: 64, sideMax: 16_384, pixelsMin: 4096 },
  sd3: { sideMin: 64, pixelsMin: 4096 },
  // Not in the document: what a live call was told.
  pointAware: { sideMin: 640, pixelsMin: 4096, pixelsMax: 4_194_304 },
  /** Where the document says nothing, whatever can be decoded. */
  any: { sideMin: 1, pixelsMin: 1 },
} as const satisfies Record<string, PictureRule>;

/** The 17 values of `style_preset`. */
const presets =
  "enhance anime photographic digital-art comic-book fantasy-art line-art analog-film neon-punk isometric low-poly origami modeling-compound cinematic 3d-model pixel-art tile-texture";

/** Parts that several endpoints share. */
export const shared = {
  seed: whole(0, 4_294_967_294, 0),
  output_format: choice(["png", "jpeg", "webp"], "png"),
  style_preset: choice(presets.split(" ")),
  aspect_ratio: choice("21:9 16:9 3:2 5:4 1:1 4:5 2:3 9:16 9:21".split(" "), "1:1"),
} as const satisfies Fields;
