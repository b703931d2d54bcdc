import { afterAll, beforeAll, expect, it } from "vitest";
import { type LedgerClients, ledgerClients, outcome, times } from "../testing/ledger/clients.ts";

let ledger: LedgerClients;
let others: LedgerClients;
beforeAll(async () => {
  [ledger, others] = await Promise.all([ledgerClients(), ledgerClients()]);
});
afterAll(async () => {
  for (const clients of [ledger, others]) {
    expect(await clients.violations()).toEqual([]);
    await clients.close();
  }
});

const seconds = 20;

it("K12 keeps its pace when 64 clients use one wallet, and refuses for nothing but lack of credits", {
  timeout: 60_000,
}, async () => {
  await ledger.grant("hot", 1_000_000);
  await Promise.all(times(2, (n) => others.grant(`own-${n}`, 1_000_000)));
  const began = performance.now();
  const second = () => Math.floor((performance.now() - began) / 1000);
  /** Moves credits until the time is over; tells every refusal but the one that may be, and counts by second. */
  const client = (clients: LedgerClients, wallet: string, pace: number[]) => async () => {
    const bad: string[] = [];
    while (second() < seconds) {
      const held = clients.hold(wallet, 2);
      const result = await outcome(held);
      if (result === "ok")
        bad.push(await outcome(clients.call("capture", { p_hold_id: await held, p_amount: 1 })));
      else bad.push(result);
      const now = second();
      if (now < seconds) pace[now] = (pace[now] ?? 0) + 1;
    }
    return bad.filter((code) => code !== "ok" && code !== "insufficient_credits");
  };
  const [hot, own] = [times(seconds, () => 0), times(seconds, () => 0)];
  const refusals = await Promise.all([
    ...times(64, client(ledger, "hot", hot)),
    ...times(2, (n) => client(others, `own-${n}`, own)()),
  ]);
  expect(refusals.flat()).toEqual([]);
  // Beside two that share their wallets with nobody: what the machine does otherwise slows them too. The first third
  // warms up. A wallet that decays is slow in every second of the last one, a busy machine not in all: its second best
  // is compared with what was usual.
  const paces = hot.map((count, n) => count / Math.max(1, own[n] ?? 0));
  const [early = [], late = []] = [paces.slice(0, 7), paces.slice(-7)].map((some) =>
    some.sort((a, b) => a - b),
  );
  expect(late[5]).toBeGreaterThan(0.8 * (early[3] ?? 0));
});
