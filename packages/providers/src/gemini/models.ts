import { type PictureLimits, webPictures } from "../shared/check-picture.ts";

/** What an image model takes. */
export interface GeminiImageModel {
  readonly id: string;
  readonly aspectRatios: readonly string[];
  readonly imageSizes: readonly string[];
}

const tenRatios = ["1:1", "2:3", "3:2", "3:4", "4:3", "4:5", "5:4", "9:16", "16:9", "21:9"] as const;
/** Width : height, as the vendor writes them: https://ai.google.dev/gemini-api/docs/image-generation */
export const aspectRatios = [...tenRatios, "1:4", "4:1", "1:8", "8:1"] as const;
/** The longer side, about, with a capital K. */
export const imageSizes = ["512", "1K", "2K", "4K"] as const;

/** Image models as of November 2026: https://ai.google.dev/gemini-api/docs/models */
const imageModels: readonly GeminiImageModel[] = [
  { id: "gemini-nano-banana-2.1", aspectRatios, imageSizes: ["1K", "2K", "4K"] },
  { id: "gemini-3-pro-image", aspectRatios: tenRatios, imageSizes: ["1K", "2K", "4K"] },
  { id: "gemini-3.1-flash-lite-image", aspectRatios, imageSizes: ["512", "1K"] },
];

/**
 * Models that answer no more, with the first day (UTC): https://ai.google.dev/gemini-api/docs/deprecations
 * Retired text models are not here: the vendor hands their requests to the next one.
 */
const retired: readonly { readonly id: RegExp; readonly on: string }[] = [
  { id: /^gemini-3\.1-flash-image$/, on: "2026-10-29" },
  { id: /^gemini-2\.5-flash-image$/, on: "2026-10-02" },
  { id: /^imagen-/, on: "2026-08-17" },
  { id: /-image-preview$/, on: "2026-06-25" },
];

/** Input pictures: how many, what each must be, and how many bytes all together, so that base64 stays below 100 MB. */
export const inputImageLimits = {
  countMax: 14,
  bytesMax: 70_000_000,
  each: { contentTypes: webPictures } satisfies PictureLimits,
} as const;

/**
 * Finds an image model. One that is newer than this table is taken as it is: the vendor knows better.
 *
 * @throws Error - the model is retired, or its id could not stand in a path.
 */
export function findImageModel(id: string, now: number): GeminiImageModel {
  checkModelId(id);
  const gone = retired.find((model) => model.id.test(id));
  if (gone !== undefined && now >= Date.parse(gone.on)) {
    throw new Error(`gemini: the model ${id} was retired on ${gone.on}.`);
  }
  return imageModels.find((model) => model.id === id) ?? { id, aspectRatios, imageSizes };
}

/** @throws Error - the id could not stand in a path. */
export function checkModelId(id: string): string {
  if (!/^[\w.-]+$/.test(id)) throw new Error("gemini: the model's id holds a character that no id has.");
  return id;
}

/** Whether a text model is told how much to think by a level: https://ai.google.dev/gemini-api/docs/thinking */
export function takesThinkingLevel(id: string): boolean {
  return /^gemini-3[.-]/.test(id);
}
