/** What one image model takes, as far as it differs from the others. */
export interface ImageModel {
  readonly id: string;
  /** Sizes other than the three named ones. */
  readonly freeSizes: boolean;
  /** Qualities `xhigh` and `max`. */
  readonly highQualities: boolean;
  readonly complexity: boolean;
  /** Values of `input_fidelity`; none means that the field must be left out. */
  readonly inputFidelity: readonly string[];
  readonly markup: boolean;
  /** Day (UTC) from which the model answers no more. */
  readonly shutdownDate: string | null;
  /** US dollars for a million tokens of text in, image in and image out. */
  readonly prices: { readonly textIn: number; readonly imageIn: number; readonly imageOut: number };
}

const current = { textIn: 5, imageIn: 8, imageOut: 30 };
const base = { complexity: false, inputFidelity: [], markup: false, shutdownDate: null, prices: current };
const generation26 = { ...base, freeSizes: true, highQualities: true, complexity: true, markup: true };
const generation25 = { ...base, freeSizes: true, highQualities: true, markup: true };
const generation2 = { ...base, freeSizes: true, highQualities: false };
const leaving = { ...base, freeSizes: false, highQualities: false, shutdownDate: "2026-12-01" };
const model15 = {
  ...leaving,
  inputFidelity: ["high", "low"],
  prices: { ...current, textIn: 5, imageOut: 32 },
};
const mini = { ...leaving, inputFidelity: ["low"], prices: { textIn: 2, imageIn: 2.5, imageOut: 8 } };

/** Models that exist, newest first. Retired ids are simply not here: the vendor answers both alike. */
export const imageModels: readonly ImageModel[] = [
  { id: "gpt-image-2.6-sunburst", ...generation26 },
  { id: "gpt-image-2.6-flare", ...generation26 },
  { id: "gpt-image-2.5-sunburst", ...generation25 },
  { id: "gpt-image-2.5-flare", ...generation25 },
  { id: "gpt-image-2.5-sunburst-2026-09-08", ...generation25 },
  { id: "gpt-image-2.5-flare-2026-09-08", ...generation25 },
  { id: "gpt-image-2", ...generation2 },
  { id: "gpt-image-2-2026-04-21", ...generation2 },
  { id: "gpt-image-1.5", ...model15 },
  { id: "gpt-image-1.5-2025-12-16", ...model15 },
  { id: "chatgpt-image-latest", ...model15 },
  { id: "gpt-image-1-mini", ...mini },
];

/** The model of that id, unless it is unknown or shut down at `now`. */
export function findModel(id: string, now: number): ImageModel | undefined {
  const model = imageModels.find((candidate) => candidate.id === id);
  const over = model?.shutdownDate != null && now >= Date.parse(model.shutdownDate);
  return over ? undefined : model;
}
