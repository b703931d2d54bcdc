import type { AnyProvider } from "../providers/define-provider.ts";
import type { ObjectStore } from "./port.ts";

/**
 * Sees to it that nobody's public key hides what a URL that is handed on would tell.
 *
 * @throws Error - a key does not hold the name of its vendor, or nobody knows that name.
 */
export function checkHandedOn(storage: ObjectStore, providers: Readonly<Record<string, AnyProvider>>): void {
  if (storage.temporary === undefined) return;
  for (const [key, { vendor }] of Object.entries(providers)) {
    if (vendor === undefined)
      throw new Error(
        `temporaryUrls: '${key}' does not say whose URLs it would hand on: give its provider a \`vendor\``,
      );
    if (!key.toLowerCase().includes(vendor.toLowerCase()))
      throw new Error(
        `temporaryUrls: the key '${key}' hides its vendor, and URLs that are handed on would name it: keep outputs in a storage of yours, or call the provider by its name`,
      );
  }
}
