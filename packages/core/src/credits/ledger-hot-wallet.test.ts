import { afterAll, beforeAll, expect, it } from "vitest";
import { type LedgerClients, ledgerClients, outcome, times } from "../testing/ledger/clients.ts";

let ledger: LedgerClients;
beforeAll(async () => {
  ledger = await ledgerClients();
});
afterAll(async () => {
  expect(await ledger.violations()).toEqual([]);
  await ledger.close();
});

const totalMs = 20_000;

it("K12 keeps its pace when 64 clients use one wallet, and refuses for nothing but lack of credits", {
  timeout: 60_000,
}, async () => {
  await ledger.grant("hot", 1_000_000);
  const moments: number[] = [];
  const began = performance.now();
  const left = () => totalMs - (performance.now() - began);
  const client = async () => {
    const bad: string[] = [];
    while (left() > 0) {
      const held = ledger.hold("hot", 2);
      const result = await outcome(held);
      if (result === "ok")
        bad.push(await outcome(ledger.call("capture", { p_hold_id: await held, p_amount: 1 })));
      else bad.push(result);
      moments.push(performance.now() - began);
    }
    return bad.filter((code) => code !== "ok" && code !== "insufficient_credits");
  };
  expect((await Promise.all(times(64, client))).flat()).toEqual([]);
  const third = (n: number) =>
    moments.filter((at) => at >= (n * totalMs) / 3 && at < ((n + 1) * totalMs) / 3).length;
  // The first third warms up; it may be the slowest, never much the fastest.
  expect(third(2)).toBeGreaterThan(0.8 * third(0));
});
