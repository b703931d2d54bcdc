/** What a model series can do, and where it says no. */
export interface ModelVersion {
  readonly id: string;
  readonly series: "H" | "P1" | "P2";
  readonly faceLimit: { readonly min: number; readonly max: number; readonly maxDetailed: number };
  /** Options this model refuses. P1 refuses the key itself, even with the value `false`. */
  readonly refuses: readonly string[];
}

const h = { series: "H" as const, refuses: [] };

/** Models that answer today. */
export const modelVersions: readonly ModelVersion[] = [
  { id: "v3.1-20260211", ...h, faceLimit: { min: 1, max: 1_500_000, maxDetailed: 2_000_000 } },
  { id: "v3.0-20250812", ...h, faceLimit: { min: 1, max: 1_000_000, maxDetailed: 2_000_000 } },
  {
    id: "v2.5-20250123",
    series: "H",
    refuses: [
      "texture_quality",
      "auto_size",
      "compress",
      "quad",
      "geometry_quality",
      "smart_low_poly",
      "generate_parts",
    ],
    faceLimit: { min: 1, max: 500_000, maxDetailed: 500_000 },
  },
  {
    id: "P1-20260311",
    series: "P1",
    refuses: ["quad", "geometry_quality", "smart_low_poly", "generate_parts"],
    faceLimit: { min: 48, max: 20_000, maxDetailed: 20_000 },
  },
  {
    id: "P2-20260801",
    series: "P2",
    refuses: ["geometry_quality", "smart_low_poly", "generate_parts"],
    faceLimit: { min: 48, max: 50_000, maxDetailed: 50_000 },
  },
];

/** Versions that were there once: answered with another code than those that never were. */
export const retiredVersions = /^(?:v1\.3|v1\.4|v2\.0|Turbo-v1\.0)(?:-\d{8})?$/;
