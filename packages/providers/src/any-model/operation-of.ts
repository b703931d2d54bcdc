import type { JobReference } from "@genbff/core";

/** Which offer a job belongs to; the only one where it does not say. */
export function operationOf({ data }: JobReference, offers: object): string {
  return typeof data?.operation === "string" ? data.operation : (Object.keys(offers)[0] ?? "");
}
