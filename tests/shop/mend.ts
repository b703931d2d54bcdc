import type { TestDatabase } from "../../packages/core/src/testing/embedded/test-database.ts";

/**
 * The operator, who tops up and replaces keys at once: breakers close, and nobody waits for what a vendor that was mended
 * had asked for. It moves times and nothing else.
 */
export async function mendAll(test: TestDatabase, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await new Promise((resolve) => setTimeout(resolve, 500));
    await test.query(
      "delete from genbff.breakers where open_until is not null or wait_until > now() + interval '2 seconds'",
    );
    await test.query(
      `update genbff.generations set next_run_at = genbff.now()
        where status = 'processing' and step = 'intent' and lease_expires_at is null
          and next_run_at > genbff.now() + interval '2 seconds'`,
    );
  }
}
