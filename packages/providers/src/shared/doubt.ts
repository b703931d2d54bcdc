import type { JobReference, Logger, ProviderAnswer } from "@genbff/core";

/** How long a vendor must keep saying it. */
const believedAfterMs = 60_000;

type Running = Extract<ProviderAnswer, { state: "running" }>;

/** Whose word it is, and how it is asked again. */
interface Asking {
  readonly vendor: string;
  readonly pollMs: number;
  readonly logger: Logger;
}

/**
 * A paid job that its vendor says to be gone or broken, in words that a new job and a gateway's bad minute look like too:
 * asked again until the vendor has said so for a minute. Undefined: it has, and is believed.
 *
 * The time is counted from the first such answer by our own clock: what vendors date is sometimes hours off.
 */
export function doubted(
  { key, data }: JobReference,
  { vendor, pollMs, logger }: Asking,
  now = Date.now(),
): Running | undefined {
  const since = typeof data?.doubted_at === "number" ? data.doubted_at : now;
  if (now - since >= believedAfterMs) return undefined;
  logger.warn({ provider: vendor }, "a job is said to be gone or broken; it is asked for again");
  return {
    state: "running",
    reference: { key, data: { ...data, doubted_at: since } },
    pollAfterMs: Math.max(pollMs, 1_000),
  };
}

/** The vendor knows the job: what was doubted before counts no more. */
export function trusted({ key, data }: JobReference): JobReference {
  if (data?.doubted_at === undefined) return data === undefined ? { key } : { key, data };
  const { doubted_at: _, ...rest } = data;
  return { key, data: rest };
}
