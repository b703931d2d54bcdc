/** What one model takes, as far as models differ. */
export interface TripoModel {
  /** What our callers choose it by. */
  readonly id: string;
  /** What the vendor calls it. */
  readonly vendorId: string;
  readonly faceLimit: { readonly min: number; readonly max: number };
  /** Parameters of ours that it refuses unless they are left out. */
  readonly lacks: readonly string[];
}

/** Current models, as of November 2026. The dated ids are the ones that the wire surely knows. */
const tripoModels = [
  { id: "v3.1", vendorId: "v3.1-20260211", faceLimit: { min: 48, max: 1_500_000 }, lacks: [] },
  { id: "v3.0", vendorId: "v3.0-20250812", faceLimit: { min: 48, max: 1_000_000 }, lacks: [] },
  {
    id: "v2.5",
    vendorId: "v2.5-20250123",
    faceLimit: { min: 48, max: 500_000 },
    lacks: ["texture_quality", "auto_size"],
  },
  { id: "P1", vendorId: "P1-20260311", faceLimit: { min: 50, max: 20_000 }, lacks: [] },
  { id: "P2", vendorId: "P2-20260801", faceLimit: { min: 48, max: 50_000 }, lacks: [] },
] as const satisfies readonly TripoModel[];

/** The ids that a caller may choose from. */
export const tripoModelIds = tripoModels.map(({ id }) => id);

/** Input pictures: one a side, each at most this large, at least this wide and high, in one of these types. */
export const inputImageLimits = {
  countMax: 4,
  bytesMax: 20_000_000,
  sideMin: 256,
  contentTypes: ["image/png", "image/jpeg", "image/webp"],
} as const;

/** Models to work on: at most this large, in one of these types. */
export const inputModelLimits = {
  bytesMax: 150_000_000,
  contentTypes: ["model/gltf-binary", "application/vnd.autodesk.fbx", "model/obj", "model/stl"],
} as const;

/** Models that make a new surface, by the names that our callers choose by: the low-poly ones do not. */
export const textureModels = {
  "v3.1": "v3.1-20260211",
  "v3.0": "v3.0-20250812",
  "v2.5": "v2.5-20250123",
} as const;
/** The vendor's default for a new surface. */
export const textureModel = "v3.0-20250812";

/** Letters of a prompt. */
export const promptLengthMax = 1024;

const retired = /^(v1\.[34]|v2\.0|Turbo-v1\.0)/;

/**
 * Finds a model by either of its names. One that is newer than this table is taken as it is: the vendor knows better.
 *
 * @throws Error - the model is retired.
 */
export function findTripoModel(id: string): TripoModel {
  if (retired.test(id)) throw new Error(`tripo: the model ${id} is retired.`);
  const known: readonly TripoModel[] = tripoModels;
  return (
    known.find((model) => model.id === id || model.vendorId === id) ?? {
      id,
      vendorId: id,
      faceLimit: { min: 48, max: 2_000_000 },
      lacks: [],
    }
  );
}
