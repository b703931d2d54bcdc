/** Lines of models that take the same parameters. */
type Line = "v2" | "v3" | "v4" | "flash" | "styles";

/** What one model takes and costs. */
export interface RecraftModel {
  readonly id: string;
  readonly line: Line;
  readonly vector: boolean;
  /** Pictures of twice the side. */
  readonly pro: boolean;
  /** API units for one picture; 1,000 are a dollar. */
  readonly units: number;
}

function pair(id: string, line: Line, raster: number, vector: number): RecraftModel[] {
  const pro = id.endsWith("_pro");
  return [
    { id, line, pro, vector: false, units: raster },
    { id: `${id}_vector`, line, pro, vector: true, units: vector },
  ];
}

const models: readonly RecraftModel[] = [
  ...pair("recraftv4_1", "v4", 35, 80),
  ...pair("recraftv4_1_pro", "v4", 210, 300),
  ...pair("recraftv4_1_utility", "v4", 35, 80),
  ...pair("recraftv4_1_utility_pro", "v4", 210, 300),
  { id: "recraftv4_1_flash", line: "flash", pro: false, vector: false, units: 7 },
  ...pair("recraftv4", "v4", 40, 80),
  ...pair("recraftv4_pro", "v4", 250, 300),
  // No price of the Styles line is published: the prices of the line it belongs to.
  ...pair("recraftv4_styles", "styles", 40, 80),
  ...pair("recraftv4_styles_pro", "styles", 250, 300),
  ...pair("recraftv3", "v3", 40, 80),
  ...pair("recraftv2", "v2", 22, 44),
];

/** Every model, as `GET /models` lists them. */
export const modelIds: readonly string[] = models.map(({ id }) => id);

/** The model of that id; raster ids have an alias that says so. */
export function findModel(id: string): RecraftModel | undefined {
  const named = models.find((model) => model.id === id);
  return named ?? models.find((model) => !model.vector && `${model.id}_raster` === id);
}

/** Prices in API units of what is not priced by its model. */
export const units = {
  vectorize: 10,
  removeBackground: 10,
  enhance: 10,
  crispUpscale: 4,
  creativeUpscale: 250,
  eraseRegion: 2,
  variateImage: 40,
  style: 40,
} as const;
