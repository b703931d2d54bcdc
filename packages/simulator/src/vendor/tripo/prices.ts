import type { ModelOrder } from "./order.ts";
import type { WorkOrder } from "./work-order.ts";

/** Dollars for one credit. */
export const dollarsPerCredit = 0.01;

/** Credits of one job. */
export function priceOf(order: ModelOrder | WorkOrder): number {
  switch (order.operation) {
    case "texture_model":
      return { standard: 10, detailed: 20, extreme: 30, fast: 10 }[order.textureQuality] ?? 10;
    case "convert_model":
      return order.isAdvanced ? 10 : 5;
    case "import_model":
      // No source names a price.
      return 0;
    default:
      return priceOfMaking(order);
  }
}

function priceOfMaking(order: ModelOrder): number {
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
