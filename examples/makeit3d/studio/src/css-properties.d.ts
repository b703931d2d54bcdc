import "react";

declare module "react" {
  interface CSSProperties {
    /** Our own properties: where the seam of a comparison lies, how far a print is tilted. */
    "--pos"?: string;
    "--ratio"?: number;
    "--tilt"?: string;
  }
}
