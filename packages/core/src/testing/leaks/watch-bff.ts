import { type Confidential, watchLeaks } from "./watch-leaks.ts";
import { keep } from "./watched.ts";

/** The same BFF, with answers that are searched. A leak fails the test: nobody has to ask. */
export function watchBff<
  Rest extends unknown[],
  Bff extends { fetch(request: Request, ...rest: Rest): Promise<Response> },
>(bff: Bff, confidential: Confidential): Bff {
  return { ...bff, fetch: keep(watchLeaks(confidential)).fetch(bff.fetch) };
}
