import type { JobReference } from "@genbff/core";

/** How a prediction is remembered. */
export function referenceOf(id: string, operation: string): JobReference {
  return { key: id, data: { operation } };
}
