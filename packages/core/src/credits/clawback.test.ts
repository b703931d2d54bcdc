import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import type { Database } from "../database/port.ts";
import { AppError } from "../errors/app-error.ts";
import type { OperatorAlert } from "../operators/operator-alert.ts";
import type { Logger } from "../shared/logger.ts";
import { createTestDatabase, type TestDatabase } from "../testing/embedded/test-database.ts";
import { createLedger, type Ledger } from "./ledger.ts";

// R12: a clawback consumes lots like any debit, is refused beyond what is available, and then somebody is called.

let test: TestDatabase;
let processes: Ledger[];
const alerts: OperatorAlert[] = [];
const log: string[] = [];
let throwing = false;
const line = (level: string) => (_: object, message: string) => void log.push(`${level}: ${message}`);
const logger: Logger = { debug() {}, info() {}, warn: line("warn"), error: line("error") };
const hooks = {
  onOperatorAlert(alert: OperatorAlert) {
    alerts.push(alert);
    if (throwing) throw new Error("the team's own mistake");
  },
};

beforeAll(async () => {
  test = await createTestDatabase();
  processes = [1, 2].map(() => createLedger(test.database, { hooks, logger }));
});
beforeEach(() => {
  alerts.splice(0);
  log.splice(0);
  throwing = false;
});
afterAll(async () => {
  expect(await test.database.call("genbff_violations", {})).toEqual([]);
  await test.close();
});

/** A wallet that was paid 100 credits and has spent all but 30, by two processes' ledgers. */
async function spent(walletId: string) {
  const [one, two] = processes as [Ledger, Ledger];
  await one.grant({ walletId, amount: 100, idempotencyKey: "paid" });
  await one.adjust({ walletId, amount: -70, idempotencyKey: "spent", reason: "spent", actor: "test" });
  const clawback = { walletId, amount: -100, idempotencyKey: "cb", reason: "chargeback", actor: "stripe" };
  return { one, two, clawback };
}
const refused = { code: "insufficient_credits", details: { required: 100, available: 30 } };

it("calls the operator when a clawback is refused, once over all processes, and moves nothing", async () => {
  const { one, two, clawback } = await spent("ada");
  expect(alerts).toEqual([]);
  await expect(one.adjust(clawback)).rejects.toMatchObject(refused);
  await expect(two.adjust(clawback)).rejects.toMatchObject(refused);
  const { amount: _, ...correction } = clawback;
  expect(alerts).toEqual([{ kind: "clawback_refused", ...correction, required: 100, available: 30 }]);
  expect(log).toEqual([
    "error: credits could not be taken back",
    "warn: credits still could not be taken back",
  ]);
  expect(await one.balance("ada")).toMatchObject({ posted: 30, available: 30 });
});

it("calls again about another clawback, and about the same one after the window", async () => {
  const { one, clawback } = await spent("grace");
  await expect(one.adjust(clawback)).rejects.toMatchObject(refused);
  await expect(one.adjust({ ...clawback, idempotencyKey: "cb-2" })).rejects.toMatchObject(refused);
  expect(alerts).toHaveLength(2);
  await test.query("update genbff.operator_alerts set alerted_at = alerted_at - interval '16 minutes'");
  await expect(one.adjust(clawback)).rejects.toMatchObject(refused);
  expect(alerts).toHaveLength(3);
});

it("takes what is available like any debit, and calls nobody for it", async () => {
  const { one, clawback } = await spent("joan");
  await expect(one.adjust({ ...clawback, amount: -30 })).resolves.toMatchObject({ amount: -30 });
  await expect(one.adjust({ ...clawback, amount: 0.5, idempotencyKey: "half" })).rejects.toMatchObject({
    code: "invalid_amount",
  });
  expect(await one.balance("joan")).toMatchObject({ posted: 0 });
  expect(alerts).toEqual([]);
});

it("refuses all the same where nobody can be called", async () => {
  const { one, clawback } = await spent("lin");
  throwing = true;
  await expect(one.adjust(clawback)).rejects.toMatchObject(refused);
  const deaf: Database = {
    ...test.database,
    call: (name, args) =>
      name === "genbff_operator_alert"
        ? Promise.reject(new AppError("unavailable"))
        : test.database.call(name, args),
  };
  const ledger = createLedger(deaf, { hooks, logger });
  await expect(ledger.adjust({ ...clawback, idempotencyKey: "cb-2" })).rejects.toMatchObject(refused);
  expect(log.filter((text) => text === "error: an operator could not be called")).toHaveLength(2);
});

it("forgets the calls of long ago", async () => {
  await test.query(
    "update genbff.operator_alerts set alerted_at = alerted_at - interval '31 days' where about like '%lin%'",
  );
  const count = async () => (await test.query("select from genbff.operator_alerts")).length;
  const before = await count();
  await test.database.call("genbff_retain", { p_large_ms: 172_800_000, p_rows_ms: 2_592_000_000 });
  expect(await count()).toBe(before - 1);
});
