import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  createTestDatabase,
  type TestDatabase,
} from "../../packages/core/src/testing/embedded/test-database.ts";
import type { App, OpenApp } from "./app.ts";
import { attacks } from "./attacks.ts";
import { openNaiveApp } from "./naive-app.ts";
import { openOurApp } from "./our-app.ts";
import { openVendor, type Vendor } from "./vendor.ts";

// The holes that apps of this field are known for, each as an attack. One that does not work against an app that has
// the hole would prove nothing: so each is run against both.

let test: TestDatabase;
let vendor: Vendor;
let app: App;
beforeEach(async () => {
  [test, vendor] = await Promise.all([createTestDatabase({ max: 16 }), openVendor()]);
});
afterEach(async () => {
  await app.close();
  await vendor.close();
  expect(await test.database.call("genbff_violations", {})).toEqual([]);
  await test.close();
});
const open = async (openApp: OpenApp) => {
  app = await openApp(test, vendor);
  return app;
};

describe.each(attacks)("$hole", ({ run }) => {
  it("wins from an app that has the hole", async () => {
    expect(await run(await open(openNaiveApp), vendor)).toEqual(expect.any(String));
  });

  it("wins nothing from ours", async () => {
    expect(await run(await open(openOurApp), vendor)).toBeUndefined();
  });
});
