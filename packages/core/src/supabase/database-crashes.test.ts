import { afterEach, beforeEach, expect, it } from "vitest";
import { createLedger } from "../credits/ledger.ts";
import { isAppError } from "../errors/app-error.ts";
import { killInRows } from "../testing/deaths/killed-backend.ts";
import { openLossyWire } from "../testing/deaths/lost-answers.ts";
import { openPostgrest } from "../testing/postgrest/stand-in.ts";
import {
  createSupabaseProject,
  jwtSecret,
  keyOf,
  type SupabaseProject,
  serverClient,
} from "../testing/postgrest/supabase-project.ts";
import { supabase } from "./database.ts";

// Where this driver differs from the others: what of a call can get lost lies between three processes, not two. Every
// call below is the one of C19 of `reliability-spec.md` 3, and its credits must be there once.

let project: SupabaseProject;
beforeEach(async () => {
  project = await createSupabaseProject();
});
afterEach(async () => {
  expect(await project.database.call("genbff_violations", {})).toEqual([]);
  await project.close();
});

const bought = (n: number) => ({
  provider: "stripe",
  eventId: `event-${n}`,
  purchaseId: `purchase-${n}`,
  walletId: `buyer-${n}`,
  amount: 100,
});
const entries = (n: number) =>
  project.query("select amount::int from genbff.transactions where wallet_id = $1", [`buyer-${n}`]);

it("books once where the answer is lost between PostgREST and us, after the commit", async () => {
  const wire = await openLossyWire(project.postgrest.url);
  const database = supabase(serverClient(wire.url, await keyOf("service_role")));
  for (let n = 1; n <= 3; n++) {
    wire.loseNextAnswer();
    const asked = project.postgrest.requests();
    expect(await createLedger(database).paymentEvent(bought(n))).toMatchObject({ balanceAfter: 100 });
    expect(wire.lost()).toBe(n);
    expect(project.postgrest.requests() - asked).toBe(2);
    expect(await entries(n)).toEqual([{ amount: 100 }]);
  }
  await database.close();
  await wire.close();
});

it("books once where Postgres cuts PostgREST off, in the middle of the transaction", async () => {
  const deaths = await killInRows(project, { table: "genbff.transactions", at: [1, 2] });
  expect(await createLedger(project.database).paymentEvent(bought(1))).toMatchObject({ balanceAfter: 100 });
  expect(await entries(1)).toEqual([{ amount: 100 }]);
  expect(await deaths()).toBe(2);
});

it("goes on when PostgREST is there again", async () => {
  const first = await openPostgrest(project.authenticatorUrl, jwtSecret);
  const database = supabase(serverClient(first.url, await keyOf("service_role")));
  const ledger = createLedger(database);
  await ledger.balance("buyer-1"); // keeps a connection open, which the stop cuts
  await first.close();
  await expect(ledger.paymentEvent(bought(1))).rejects.toSatisfy((error) => isAppError(error, "unavailable"));
  expect(await entries(1)).toEqual([]);
  const second = await openPostgrest(project.authenticatorUrl, jwtSecret, Number(new URL(first.url).port));
  expect(await ledger.paymentEvent(bought(1))).toMatchObject({ balanceAfter: 100 });
  expect(await entries(1)).toEqual([{ amount: 100 }]);
  await database.close();
  await second.close();
});
