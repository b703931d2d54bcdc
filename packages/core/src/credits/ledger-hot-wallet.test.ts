import { setTimeout } from "node:timers/promises";
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

it("K12 asks no more of the database when 64 clients have used one wallet, and refuses for nothing but lack of credits", {
  timeout: 120_000,
}, async () => {
  await ledger.grant("hot", 1_000_000);
  const began = performance.now();
  const passed = () => (performance.now() - began) / totalMs;
  const client = async () => {
    const bad: string[] = [];
    while (passed() < 1) {
      const held = ledger.hold("hot", 2);
      const result = await outcome(held);
      if (result === "ok")
        bad.push(await outcome(ledger.call("capture", { p_hold_id: await held, p_amount: 1 })));
      else bad.push(result);
    }
    return bad.filter((code) => code !== "ok" && code !== "insufficient_credits");
  };
  const blocksAt = async (part: number) => {
    await setTimeout(part * totalMs);
    return blocksOfHold();
  };
  const [early, late, ...refusals] = await Promise.all([blocksAt(0.1), blocksAt(0.95), ...times(64, client)]);
  expect(refusals.flat()).toEqual([]);
  expect(late).toBeLessThan(1.2 * early);
});

/** What one more hold reads: the pace of a server without its speed, which is another in each second of a busy machine. */
async function blocksOfHold(): Promise<number> {
  const found = await Promise.all(
    times(5, async (n) => {
      const [row] = await ledger.query<{ "QUERY PLAN": [{ Plan: Record<string, number> }] }>(
        `explain (analyze, buffers, format json)
           select public.genbff_hold('hot', 1, $1, 'test', 600000)`,
        [`hold-${n}-${performance.now()}`],
      );
      const { "Shared Hit Blocks": hit = 0, "Shared Read Blocks": read = 0 } =
        row?.["QUERY PLAN"][0].Plan ?? {};
      return hit + read;
    }),
  );
  return Math.min(...found);
}
