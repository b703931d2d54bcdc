declare module "gltf-validator" {
  /** The part of the validator's report that tests look at. */
  export interface Report {
    readonly issues: {
      readonly numErrors: number;
      readonly numWarnings: number;
      readonly messages: readonly unknown[];
    };
    readonly info: {
      readonly totalTriangleCount: number;
      readonly maxUVs: number;
      readonly resources?: readonly { readonly mimeType: string }[];
    };
  }
  export function validateBytes(bytes: Uint8Array): Promise<Report>;
}
