import type { ObjectStore } from "./port.ts";

/** What `temporaryUrls` needs and may be told. */
export interface TemporaryUrlsOptions {
  /** Where bytes lie that have no URL at a vendor: results inside an answer, uploads, previews. */
  readonly keep: ObjectStore;
  /**
   * How long such a file is there, and how long a vendor's URL is handed out whose own time nobody knows, in ms.
   * Default 3,600,000, an hour. At least a minute.
   */
  readonly lifetimeMs?: number | undefined;
}

const lifetimeMsDefault = 3_600_000;
const lifetimeMsMin = 60_000;

/**
 * Hands results on instead of keeping them.
 *
 * What a vendor left behind a URL is looked at once, to its end, so that nobody pays for a dead link or a damaged file; its
 * bytes are let fall, and the vendor's own URL is told with `expires_at`. What a vendor sent as bytes lies in `keep` below
 * `tmp/` until then. Inputs lie there as long. Whatever has expired is removed within minutes, and no URL of it is told.
 *
 * A vendor's URL says who the vendor is: `createBff` refuses a provider whose public key hides that.
 *
 * @throws Error - `lifetimeMs` is no such time.
 *
 * @example
 * const bff = createBff({ storage: temporaryUrls({ keep: files("./data/tmp") }), … });
 */
export function temporaryUrls({ keep, lifetimeMs = lifetimeMsDefault }: TemporaryUrlsOptions): ObjectStore {
  if (!Number.isSafeInteger(lifetimeMs) || lifetimeMs < lifetimeMsMin)
    throw new Error(`temporaryUrls: lifetimeMs must be a whole number of at least ${lifetimeMsMin}`);
  const temporary = { lifetimeMs };
  // Whatever else the store can do, and will learn, it goes on doing.
  return new Proxy(keep, {
    get(store, name) {
      if (name === "temporary") return temporary;
      const value: unknown = Reflect.get(store, name);
      return typeof value === "function" ? value.bind(store) : value;
    },
  });
}
