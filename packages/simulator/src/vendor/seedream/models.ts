/** What one model paints, and what it takes. */
export interface SeedreamModel {
  readonly id: string;
  /** Its other names: on the mainland, or from the tutorial. */
  readonly aliases: readonly string[];
  readonly sizes: readonly string[];
  /** Pixels of a picture, width times height. */
  readonly pixels: { readonly min: number; readonly max: number };
  readonly inputsMax: number;
  /** `sequential_image_generation` and `stream`. */
  readonly batches: boolean;
  /** `output_format`; the others always paint JPEG, and do not say so. */
  readonly formats: boolean;
  /** `optimize_prompt_options.mode: fast`. */
  readonly fast: boolean;
  /** `background` and `layer_decomposition`. */
  readonly layers: boolean;
  /** `tools`. */
  readonly tools: boolean;
  /** US dollars for one picture. No source tells them: they stand in for the invoice's sake. */
  readonly usd: number;
}

const base = { aliases: [], formats: false, fast: false, layers: false, tools: false };
const large = { min: 3_686_400, max: 16_777_216 };

const models: readonly SeedreamModel[] = [
  {
    ...base,
    id: "dola-seedream-5-0-pro-260628",
    sizes: ["1K", "1.5K", "2K"],
    pixels: { min: 921_600, max: 4_624_220 },
    inputsMax: 10,
    batches: false,
    formats: true,
    fast: true,
    layers: true,
    usd: 0.09,
  },
  {
    ...base,
    id: "seedream-5-0-260128",
    aliases: ["seedream-5-0-lite-260128", "doubao-seedream-5-0-260128"],
    sizes: ["2K", "3K", "4K"],
    pixels: large,
    inputsMax: 14,
    batches: true,
    formats: true,
    tools: true,
    usd: 0.035,
  },
  {
    ...base,
    id: "seedream-4-5-251128",
    aliases: ["doubao-seedream-4-5-251128"],
    sizes: ["2K", "4K"],
    pixels: large,
    inputsMax: 14,
    batches: true,
    usd: 0.04,
  },
  {
    ...base,
    id: "seedream-4-0-250828",
    aliases: ["doubao-seedream-4-0-250828"],
    sizes: ["1K", "2K", "4K"],
    pixels: { min: 921_600, max: 16_777_216 },
    inputsMax: 14,
    batches: true,
    fast: true,
    usd: 0.03,
  },
];

/** The model behind an id, or behind an endpoint that was made in the console: those lead to 4.5. */
export function findModel(id: string): SeedreamModel | undefined {
  const name = /^ep-\d{14}-[a-z0-9]{5}$/.test(id) ? "seedream-4-5-251128" : id;
  return models.find((model) => model.id === name || model.aliases.includes(name));
}
