import type { CheckedFile } from "../providers/define-provider.ts";
import type { SourceFile } from "./work-order.ts";

/** What a provider's `check` may know of an input file. */
export function toCheckedFile({ field, content_type, bytes, width, height }: SourceFile): CheckedFile {
  return { field, contentType: content_type, bytes, width, height };
}
