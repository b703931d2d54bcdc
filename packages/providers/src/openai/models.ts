/** What we need to know of an image model: what it takes, what it costs, and until when it lives. */
export interface OpenaiModel {
  readonly id: string;
  /** Qualities `xhigh` and `max`. */
  readonly highQualities: boolean;
  /** First day (UTC) on which the model answers no more. */
  readonly retiredOn?: string;
  /** US dollars for a million tokens. */
  readonly usdPerMillion?: { readonly textIn: number; readonly imageIn: number; readonly imageOut: number };
}

const current = { textIn: 5, imageIn: 8, imageOut: 30 };

/** Model ids, their limits and prices, as of November 2026: https://developers.openai.com/api/docs/models */
const openaiModels: readonly OpenaiModel[] = [
  { id: "gpt-image-2.6-sunburst", highQualities: true, usdPerMillion: current },
  { id: "gpt-image-2.6-flare", highQualities: true, usdPerMillion: current },
  { id: "gpt-image-2.5-sunburst", highQualities: true, usdPerMillion: current },
  { id: "gpt-image-2.5-sunburst-2026-09-08", highQualities: true, usdPerMillion: current },
  { id: "gpt-image-2.5-flare", highQualities: true, usdPerMillion: current },
  { id: "gpt-image-2.5-flare-2026-09-08", highQualities: true, usdPerMillion: current },
  { id: "gpt-image-2", highQualities: false, usdPerMillion: current },
  { id: "gpt-image-2-2026-04-21", highQualities: false, usdPerMillion: current },
  { id: "gpt-image-1.5", highQualities: false, retiredOn: "2026-12-01" },
  { id: "gpt-image-1.5-2025-12-16", highQualities: false, retiredOn: "2026-12-01" },
  { id: "gpt-image-1-mini", highQualities: false, retiredOn: "2026-12-01" },
  { id: "chatgpt-image-latest", highQualities: false, retiredOn: "2026-12-01" },
  { id: "gpt-image-1", highQualities: false, retiredOn: "2026-10-23" },
  { id: "dall-e-3", highQualities: false, retiredOn: "2026-05-12" },
  { id: "dall-e-2", highQualities: false, retiredOn: "2026-05-12" },
];

/** Inputs of an edit: so many at most, each of fewer bytes than this, in one of these types. */
export const inputImageLimits = {
  countMax: 16,
  bytesBelow: 50_000_000,
  contentTypes: ["image/png", "image/jpeg", "image/webp"],
} as const;

/** The input field of a mask. */
export const maskField = "input_mask_asset_url";
/** A mask, as it is sent: fewer bytes than this. */
export const maskBytesBelow = 4_000_000;

/**
 * Finds a model. One that is newer than this table is taken as it is: the vendor knows better.
 *
 * @throws Error - the model is retired.
 */
export function findOpenaiModel(id: string, now: number): OpenaiModel {
  const model = openaiModels.find((known) => known.id === id) ?? { id, highQualities: true };
  if (model.retiredOn !== undefined && now >= Date.parse(model.retiredOn)) {
    throw new Error(`openai: the model ${id} was retired on ${model.retiredOn}.`);
  }
  return model;
}
