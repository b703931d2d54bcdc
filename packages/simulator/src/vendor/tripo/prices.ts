import type { ModelOrder } from "./order.ts";

/** Dollars for one credit. */
export const dollarsPerCredit = 0.01;

/** Credits of one job. */
export function priceOf(order: ModelOrder): number {
  const { version, operation, options } = order;
  const fromText = operation === "text_to_model";
  const base = { H: fromText ? 10 : 20, P1: fromText ? 30 : 40, P2: 100 }[version.series];
  const textureExtra = { standard: 0, detailed: 10, extreme: 20, fast: 0 }[options.textureQuality] ?? 0;
  return (
    base +
    (options.texture ? 10 + textureExtra : 0) +
    (options.geometryQuality === "detailed" ? 20 : 0) +
    (options.quad ? 5 : 0) +
    (options.smartLowPoly ? 10 : 0) +
    (options.generateParts ? 20 : 0)
  );
}
