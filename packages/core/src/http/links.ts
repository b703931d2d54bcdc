import type { BffContext } from "../context.ts";

/** Where a generation is asked about and watched. */
export function linksOf({ publicUrl, basePath }: BffContext, generationId: string) {
  const base = `${publicUrl}${basePath}/tasks/${generationId}`;
  return { status_url: `${base}/status`, events_url: `${base}/events` };
}
