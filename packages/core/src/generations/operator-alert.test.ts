import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import type { OperatorAlert } from "../operators/operator-alert.ts";
import type { ProviderAnswer } from "../providers/port.ts";
import { createTestDatabase, type TestDatabase } from "../testing/embedded/test-database.ts";
import { failure, picture, running, scriptedProvider } from "../testing/generations/scripted-provider.ts";
import { openScriptedShop, type Process, type Shop } from "../testing/generations/scripted-shop.ts";

// No credit at the vendor, or a revoked key: the operator's trouble, and never the user's fault.

const noMoney = () =>
  failure("refused", {
    code: "validation_failed",
    operator: true,
    upstreamStatus: 402,
    details: { vendor: "canary" },
    message: "no credit left for sk-abcdefghijklmnopqrstuvwxyz123456",
  });
let submit: () => ProviderAnswer;
let check: () => ProviderAnswer;
const vendor = scriptedProvider({ submit: () => submit(), check: async () => check() });
const other = scriptedProvider();

let test: TestDatabase;
let shop: Shop;
let processes: Process[];
const alerts: OperatorAlert[] = [];
let throwing = false;
beforeAll(async () => {
  test = await createTestDatabase({ max: 32 });
  shop = await openScriptedShop(test, {
    providers: { vendor: vendor.port, other: other.port },
    fallback: { "text-to-image": ["vendor", "other"] },
    signUp: 1000,
    hooks: {
      onOperatorAlert(alert) {
        alerts.push(alert);
        if (throwing) throw new Error("the team's own mistake");
      },
    },
  });
  processes = [await shop.open(), await shop.open()];
});
beforeEach(async () => {
  await test.query("truncate genbff.breakers, genbff.operator_alerts");
  alerts.splice(0);
  vendor.submissions.splice(0);
  throwing = false;
});
afterEach(async () => {
  expect(await test.database.call("genbff_violations", {})).toEqual([]);
});
afterAll(async () => {
  await shop.close();
  await test.close();
});
const make = (index: number, body: object = {}) =>
  shop.make(processes[index % 2] as Process, `user-${index}`, "text-to-image", { prompt: "a lamp", ...body });

it("calls the operator once over all processes, tells users nothing of it, and leaves the provider alone at once", async () => {
  submit = () => {
    throw noMoney();
  };
  const end = await make(0, { provider: "vendor" });
  expect(end).toMatchObject({ status: "failed", credits: { charged: 0 } });
  expect(end.error).toMatchObject({ error: "provider_unavailable" });
  expect(JSON.stringify(end)).not.toContain("canary");
  const ends = await Promise.all([1, 2, 3, 4].map((index) => make(index)));
  expect(ends.every((each) => each.provider === "other" && each.status === "complete")).toBe(true);
  expect(vendor.submissions).toHaveLength(1);
  expect(alerts).toEqual([
    expect.objectContaining({
      kind: "provider",
      provider: "vendor",
      generationId: end.generation_id,
      operation: "text-to-image",
      upstreamStatus: 402,
    }),
  ]);
  expect(alerts[0]).toMatchObject({ message: expect.stringContaining("no credit left") });
  expect(JSON.stringify(alerts)).not.toContain("sk-abc");
});

it("calls again after the window, and a hook that throws harms nothing", async () => {
  submit = () => {
    throw noMoney();
  };
  throwing = true;
  const later = async (minutes: number) => {
    await test.query("update genbff.breakers set failures = 0, open_until = null");
    await test.query(
      `update genbff.operator_alerts set alerted_at = alerted_at - interval '${minutes} minutes'`,
    );
  };
  await make(0, { provider: "vendor" });
  await later(0);
  await make(1, { provider: "vendor" });
  expect(alerts).toHaveLength(1);
  await later(16);
  expect(await make(1, { provider: "vendor" })).toMatchObject({ error: { error: "provider_unavailable" } });
  expect(alerts).toHaveLength(2);
  expect(shop.troubles.filter((line) => line.includes("could not be called"))).toHaveLength(2);
});

it("keeps what the provider has while its key is revoked: it is delivered once the key works again", async () => {
  let revoked = true;
  submit = () => running(crypto.randomUUID(), 10);
  check = () => {
    if (revoked) throw failure("refused", { operator: true, upstreamStatus: 401 });
    return picture();
  };
  const making = make(0, { provider: "vendor" });
  await expect.poll(() => alerts).toHaveLength(1);
  revoked = false;
  expect(await making).toMatchObject({ status: "complete", credits: { charged: 5 } });
  expect(vendor.submissions).toHaveLength(1);
});
