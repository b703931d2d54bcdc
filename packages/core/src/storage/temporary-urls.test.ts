import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { scriptedProvider } from "../testing/generations/scripted-provider.ts";
import { objectStoreSuite } from "../testing/object-store-suite.ts";
import { servedFiles } from "../testing/served-files.ts";
import { files } from "./files.ts";
import { checkHandedOn } from "./handed-on.ts";
import { temporaryUrls } from "./temporary-urls.ts";

// What lies there for a while lies there as anywhere else.
objectStoreSuite("temporary URLs over files", () =>
  servedFiles((folder, options) => temporaryUrls({ keep: files(folder, options) })),
);

describe("at the start", () => {
  const keep = files(join(tmpdir(), "genbff-never-written"));
  const store = temporaryUrls({ keep });
  const named = scriptedProvider({ port: { vendor: "tripo" } }).port;

  it("a public key names its vendor, in whatever spelling", () => {
    expect(() => checkHandedOn(store, { tripo: named, my_TRIPO_2: named })).not.toThrow();
  });

  it("a key that hides its vendor is refused, and so is a provider that does not say", () => {
    expect(() => checkHandedOn(store, { tripo: named, provider_a: named })).toThrow(
      "'provider_a' hides its vendor",
    );
    expect(() => checkHandedOn(store, { studio: scriptedProvider().port })).toThrow(
      "does not say whose URLs",
    );
  });

  it("every name is good where outputs are kept", () => {
    expect(() => checkHandedOn(keep, { provider_a: named, studio: scriptedProvider().port })).not.toThrow();
  });

  it.each([0, 59_999, 1.5e5 + 0.5, Number.NaN])("a lifetime of %s ms is none", (lifetimeMs) => {
    expect(() => temporaryUrls({ keep, lifetimeMs })).toThrow("lifetimeMs");
  });
});
