import type { JobReference } from "@genbff/core";
import type { FalEndpoint } from "./endpoint.ts";

/** How a request is remembered. A webhook that brings one back knows nothing but its id and its operation. */
export function referenceOf(requestId: string, operation: string, path?: string): JobReference {
  return { key: requestId, data: { operation, ...(path === undefined ? {} : { path }) } };
}

/**
 * The path of what the vendor calls `response_url`; status and cancelling lie below it. Taken only from the vendor's
 * own origin: our key goes along.
 */
export function pathFrom(responseUrl: string | undefined, baseUrl: string): string | undefined {
  if (responseUrl === undefined || !URL.canParse(responseUrl)) return undefined;
  const { origin, pathname, search } = new URL(responseUrl);
  const base = new URL(`${baseUrl}/`);
  if (origin !== base.origin || !pathname.startsWith(base.pathname) || search !== "") return undefined;
  return pathname.slice(base.pathname.length);
}

/** Where a request is asked for. */
export function pathOf({ key, data }: JobReference, endpoint: FalEndpoint): string {
  return typeof data?.path === "string" ? data.path : `${endpoint.requests}/${encodeURIComponent(key)}`;
}
