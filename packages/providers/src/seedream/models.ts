import { type PictureLimits, webPictures } from "../shared/check-picture.ts";

/** What a model takes. */
export interface SeedreamModel {
  /** The same model has another id in mainland China. */
  readonly ids: readonly string[];
  /** Words for a size; the model then picks the ratio. */
  readonly sizes: readonly string[];
  readonly pixels: { readonly min: number; readonly max: number };
  readonly inputsMax: number;
  /** Several related pictures of one request. */
  readonly series: boolean;
  /** PNG as well as JPEG. */
  readonly formats: boolean;
  readonly background: boolean;
  /** A quicker look at the prompt. */
  readonly fast: boolean;
}

/** Models as of November 2026: https://docs.byteplus.com/en/docs/ModelArk/1824121 */
const seedreamModels: readonly SeedreamModel[] = [
  {
    ids: ["dola-seedream-5-0-pro-260628"],
    sizes: ["1K", "1.5K", "2K"],
    pixels: { min: 921_600, max: 4_624_220 },
    inputsMax: 10,
    series: false,
    formats: true,
    background: true,
    fast: true,
  },
  {
    ids: ["seedream-5-0-260128", "seedream-5-0-lite-260128", "doubao-seedream-5-0-260128"],
    sizes: ["2K", "3K", "4K"],
    pixels: { min: 3_686_400, max: 16_777_216 },
    inputsMax: 14,
    series: true,
    formats: true,
    background: false,
    fast: false,
  },
  {
    ids: ["seedream-4-5-251128", "doubao-seedream-4-5-251128"],
    sizes: ["2K", "4K"],
    pixels: { min: 3_686_400, max: 16_777_216 },
    inputsMax: 14,
    series: true,
    formats: false,
    background: false,
    fast: false,
  },
  {
    ids: ["seedream-4-0-250828", "doubao-seedream-4-0-250828"],
    sizes: ["1K", "2K", "4K"],
    pixels: { min: 921_600, max: 16_777_216 },
    inputsMax: 14,
    series: true,
    formats: false,
    background: false,
    fast: true,
  },
];

/** Of any model: width by height and height by width. */
export const ratioMax = 16;

/** Input and output pictures of one request, together. */
export const picturesMax = 15;

/** What each input picture must be: https://docs.byteplus.com/en/docs/ModelArk/1541523 Mirrors take 10 MB, not 30. */
export const inputImageLimits: PictureLimits = {
  contentTypes: webPictures,
  bytesMax: 10_000_000,
  sideMin: 15,
  pixelsMax: 36_000_000,
  ratioMax,
};

/** Finds a model. One that is newer than this table, or an endpoint `ep-…`, is taken as it is: the vendor knows better. */
export function findSeedreamModel(id: string): SeedreamModel {
  return (
    seedreamModels.find((model) => model.ids.includes(id)) ?? {
      ids: [id],
      sizes: ["1K", "1.5K", "2K", "3K", "4K"],
      pixels: { min: 921_600, max: 16_777_216 },
      inputsMax: 14,
      series: true,
      formats: true,
      background: true,
      fast: true,
    }
  );
}
