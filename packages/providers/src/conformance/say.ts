import type { ProviderError } from "@genbff/core";

/** `outcome: code`, then the side that was refused or the field, the wait, and whether an operator is called. */
export function say(error: ProviderError | undefined): string {
  if (error === undefined) return "asked again";
  const { outcome, code, details, retryAfterMs, operator } = error;
  const about = details === undefined ? "" : ` ${String(details.stage ?? details.field)}`;
  const wait = retryAfterMs === undefined ? "" : ` in ${retryAfterMs}`;
  return `${outcome}: ${code}${about}${wait}${operator ? ", operator" : ""}`;
}
