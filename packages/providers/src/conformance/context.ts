import type { SubmitContext } from "@genbff/core";

const nothing = () => undefined;

/** What core hands to a provider, with everything in it that a case does not look at. */
export function submitContext(seen: Partial<SubmitContext> = {}): SubmitContext {
  const never = new AbortController().signal;
  return {
    signal: never,
    cancelled: never,
    logger: { debug: nothing, info: nothing, warn: nothing, error: nothing },
    report: nothing,
    preview: async (_, picture) => picture.cancel(),
    ...seen,
  };
}
