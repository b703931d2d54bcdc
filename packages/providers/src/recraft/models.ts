import { type PictureLimits, webPictures } from "../shared/check-picture.ts";
import { maskLimits } from "../shared/mask.ts";

/** What one model takes, as far as models differ. */
export interface RecraftModel {
  readonly id: string;
  /** Which column of the vendor's table of sizes is its own. */
  readonly sizes: "standard" | "pro" | "older";
  readonly promptLengthMax: number;
  /** `style`, `substyle` and `negative_prompt`. */
  readonly styles: boolean;
}

const v4 = { sizes: "standard", promptLengthMax: 10_000, styles: false } as const;
const pro = { sizes: "pro", promptLengthMax: 10_000, styles: false } as const;
const older = { sizes: "older", promptLengthMax: 1_000, styles: true } as const;

/**
 * Models that paint pictures, as of November 2026: https://www.recraft.ai/docs/api-reference/getting-started
 *
 * Those that draw vectors are left out: the operations that name a model promise a picture.
 */
export const recraftModels = [
  { id: "recraftv4_1", ...v4 },
  { id: "recraftv4_1_pro", ...pro },
  { id: "recraftv4_1_utility", ...v4 },
  { id: "recraftv4_1_utility_pro", ...pro },
  { id: "recraftv4_1_flash", ...v4 },
  { id: "recraftv4", ...v4 },
  { id: "recraftv4_pro", ...pro },
  { id: "recraftv3", ...older },
  { id: "recraftv2", ...older },
] as const satisfies readonly RecraftModel[];

export type RecraftModelId = (typeof recraftModels)[number]["id"];

/** What a request calls a model: the vendor's id without the vendor's name, which is no business of browsers. */
type NameOf<Id extends RecraftModelId> = Id extends `recraft${infer Name}` ? Name : never;
export type RecraftModelName = NameOf<RecraftModelId>;
const nameOf = <Id extends RecraftModelId>(id: Id) => id.replace(/^recraft/, "") as NameOf<Id>;

/** The model that a request names. */
export const idOfModel = (name: RecraftModelName): RecraftModelId => `recraft${name}`;

export const recraftModelNames = recraftModels.map(({ id }) => nameOf(id));

/** Those that paint from a picture. */
export const imageToImageNames = recraftModelNames.filter(
  (name) => name !== "v2" && name !== "v4_1_flash",
) as Exclude<RecraftModelName, "v2" | "v4_1_flash">[];

/** Shape → its size at the standard models, the large ones and the older ones. */
const sizes = {
  "1:1": ["1024x1024", "2048x2048", "1024x1024"],
  "2:1": ["1536x768", "3072x1536", "2048x1024"],
  "1:2": ["768x1536", "1536x3072", "1024x2048"],
  "3:2": ["1280x832", "2560x1664", "1536x1024"],
  "2:3": ["832x1280", "1664x2560", "1024x1536"],
  "4:3": ["1216x896", "2432x1792", "1365x1024"],
  "3:4": ["896x1216", "1792x2432", "1024x1365"],
  "5:4": ["1152x896", "2304x1792", "1280x1024"],
  "4:5": ["896x1152", "1792x2304", "1024x1280"],
  "6:10": ["832x1344", "1664x2688", "1024x1707"],
  "14:10": ["1280x896", "2560x1792", "1434x1024"],
  "10:14": ["896x1280", "1792x2560", "1024x1434"],
  "16:9": ["1344x768", "2688x1536", "1820x1024"],
  "9:16": ["768x1344", "1536x2688", "1024x1820"],
} as const;

type Ratio = keyof typeof sizes;
type Size = (typeof sizes)[Ratio][number] | "1707x1024";
const ratios = Object.keys(sizes) as Ratio[];
const columns: Readonly<Record<RecraftModel["sizes"], readonly Size[]>> = {
  standard: ratios.map((ratio) => sizes[ratio][0]),
  pro: ratios.map((ratio) => sizes[ratio][1]),
  older: [...ratios.map((ratio) => sizes[ratio][2]), "1707x1024"],
};

/** Everything that a caller may name as a size: a shape, or a width and height. */
export const sizeNames: readonly (Ratio | Size)[] = [
  ...ratios,
  ...new Set([...columns.standard, ...columns.pro, ...columns.older]),
];

/** Whether a model paints this size. Every model knows every shape. */
export function hasSize(model: RecraftModel, size: string): boolean {
  return ([...ratios, ...columns[model.sizes]] as string[]).includes(size);
}

/** Finds a model of the table. */
export function findRecraftModel(id: RecraftModelId): RecraftModel {
  const model = recraftModels.find((known) => known.id === id);
  if (model === undefined) throw new Error(`recraft: there is no model ${id}.`);
  return model;
}

/** The largest side that a picture may have after it was continued. */
export const outpaintSideMax = 4096;

/** One address of the vendor's. */
export interface RecraftEndpoint {
  readonly path: string;
  /** Several pictures of a named model, or one picture. */
  readonly answer: "list" | "single";
  readonly prompt: boolean;
  /** Parameters of ours that go over as they are. */
  readonly fields: readonly string[];
  /** Our file field → the vendor's name in a form, and what it takes. */
  readonly files: Readonly<Record<string, { readonly name: string; readonly limits: PictureLimits }>>;
  /** Whether it takes `response_format`; without it the answer holds links as well. */
  readonly links: boolean;
}

const usual: PictureLimits = {
  contentTypes: webPictures,
  bytesMax: 9_999_999,
  sideMin: 256,
  sideMax: 4_095,
  pixelsMax: 15_999_999,
};
const crisp: PictureLimits = {
  contentTypes: webPictures,
  bytesMax: 9_999_999,
  sideMin: 32,
  pixelsMax: 4_000_000,
};
const creative: PictureLimits = {
  contentTypes: webPictures,
  bytesMax: 9_999_999,
  sideMin: 256,
  pixelsMax: 16_000_000,
};

const picture = (limits: PictureLimits, name = "image") => ({ input_image_asset_url: { name, limits } });
// The vendor wants its masks pure, so they are painted anew: only what we can read.
const mask = { input_mask_asset_url: { name: "mask", limits: maskLimits } };
const painted = ["negative_prompt", "random_seed", "image_format"];
const list = { answer: "list", prompt: true, links: true } as const;
const single = { answer: "single", prompt: false, links: true } as const;

/** The vendor's endpoints: https://www.recraft.ai/docs/api-reference/endpoints */
export const endpoints = {
  generate: { ...list, path: "images/generations", fields: [...painted, "size"], files: {} },
  imageToImage: {
    ...list,
    path: "images/imageToImage",
    fields: [...painted, "strength"],
    files: picture(usual),
  },
  inpaint: { ...list, path: "images/inpaint", fields: painted, files: { ...picture(usual), ...mask } },
  generateBackground: {
    ...list,
    path: "images/generateBackground",
    fields: painted,
    files: { ...picture(usual), ...mask },
  },
  replaceBackground: {
    ...list,
    path: "images/replaceBackground",
    fields: painted,
    files: picture(usual),
  },
  outpaint: {
    ...list,
    path: "images/outpaint",
    fields: [
      ...painted,
      ...["expand_left", "expand_right", "expand_top", "expand_bottom", "zoom_out_percentage", "size"],
    ],
    files: picture(usual),
  },
  // These four call their file `file` in the guide and in every live call, whatever the OpenAPI says.
  vectorize: { ...single, path: "images/vectorize", fields: [], files: picture(usual, "file") },
  removeBackground: { ...single, path: "images/removeBackground", fields: [], files: picture(usual, "file") },
  crispUpscale: {
    ...single,
    path: "images/crispUpscale",
    fields: ["image_format"],
    files: picture(crisp, "file"),
  },
  creativeUpscale: {
    ...single,
    path: "images/creativeUpscale",
    fields: ["image_format"],
    files: picture(creative, "file"),
  },
  eraseRegion: {
    ...single,
    path: "images/eraseRegion",
    fields: [],
    files: { ...picture(crisp), ...mask },
    links: false,
  },
} as const satisfies Record<string, RecraftEndpoint>;
