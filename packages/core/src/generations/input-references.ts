import type { AnyOperation } from "../operations/define-operation.ts";
import type { JsonObject } from "../shared/json.ts";

/** An input file as the request names it. */
export interface InputReference {
  readonly field: string;
  readonly kind: "image" | "model";
  /** An asset id, an input-asset id or a URL. */
  readonly ref: string;
}

/** Every file a validated input names, in the order of its fields and lists. Pure. */
export function inputReferences(operation: AnyOperation, input: JsonObject): InputReference[] {
  return operation.files.flatMap(({ field, kind }) => {
    const value = input[field];
    const references = Array.isArray(value) ? value : value === undefined ? [] : [value];
    return references.map((ref) => ({ field, kind, ref: String(ref) }));
  });
}
