import { randomUUID } from "node:crypto";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type LedgerClients, ledgerClients, outcome, tally, times } from "../testing/ledger/clients.ts";
import { parallelDrivers } from "../testing/ledger/drivers.ts";

/** What a wallet has, and what each hold wants of it. */
const sales = [
  [60, 1],
  [60, 4],
  [61, 7],
] as const;

// K-numbers are those of reliability-spec.md, section 4.
describe.each(Object.entries(parallelDrivers))("the ledger under the clients of %s", (_, { open, share }) => {
  let ledger: LedgerClients;
  const some = (count: number) => Math.ceil(count * share);
  beforeAll(async () => {
    ledger = await ledgerClients(open);
  });
  afterEach(async () => {
    expect(await ledger.violations()).toEqual([]);
  });
  afterAll(() => ledger?.close());

  it("K1 sells a wallet's credits exactly once", async () => {
    for (const [balance, part] of sales.slice(0, some(sales.length))) {
      const wallet = randomUUID();
      await ledger.grant(wallet, balance);
      const sold = Math.floor(balance / part);
      expect(await tally(times(128, () => ledger.hold(wallet, part)))).toEqual({
        ok: sold,
        insufficient_credits: 128 - sold,
      });
    }
  });

  it("K3 counts every first movement of a wallet that nobody had heard of", async () => {
    for (let round = 0; round < some(10); round++) {
      const wallet = randomUUID();
      const grants = times(32, () => ledger.grant(wallet, 3));
      const holds = times(32, () => ledger.hold(wallet, 2));
      const [granted, { ok = 0 }] = await Promise.all([tally(grants), tally(holds)]);
      expect(granted).toEqual({ ok: 32 });
      expect(await ledger.available(wallet)).toBe(96 - 2 * ok);
    }
  });

  it("K4 settles a hold once between capture, release and expiry, and tells the others what is true", async () => {
    for (let round = 0; round < some(20); round++) {
      const wallet = randomUUID();
      await ledger.grant(wallet, 10);
      const id = await ledger.hold(wallet, 10, { p_expires_in_ms: 1 });
      const settle = [
        () => ledger.call("capture", { p_hold_id: id, p_amount: 4 }),
        () => ledger.call("capture", { p_hold_id: id, p_full: true }),
        () => ledger.call("release", { p_hold_id: id }),
      ];
      const calls = times(27, (i) => (settle[(i + round) % 3] as () => Promise<unknown>)());
      const sweeps = times(5, () => ledger.call("expire_due", {}));
      const [counts, swept] = await Promise.all([tally(calls), tally(sweeps)]);
      expect(swept).toEqual({ ok: 5 });
      const [hold] = await ledger.query<{ state: string; captured: string | null }>(
        "select state, captured from genbff.holds where id = $1",
        [id],
      );
      expect(counts).toEqual(
        hold?.state === "expired" ? { hold_already_settled: 27 } : { ok: 9, hold_already_settled: 18 },
      );
      expect(await ledger.available(wallet)).toBe(10 - Number(hold?.captured ?? 0));
    }
  });

  it("K5 never refunds more than was captured", async () => {
    const wallet = randomUUID();
    await ledger.grant(wallet, 20);
    const id = await ledger.hold(wallet, 20);
    await ledger.call("capture", { p_hold_id: id, p_amount: 17 });
    const refund = (key: string) =>
      ledger.call("refund", {
        p_hold_id: id,
        p_amount: 2,
        p_idempotency_key: key,
        p_reason: "late",
        p_actor: "grace",
      });
    expect(await tally(times(64, (i) => refund(`r${i}`)))).toEqual({ ok: 8, refund_exceeds_capture: 56 });
    expect(await ledger.available(wallet)).toBe(3 + 16);
  });

  it("K8 lets lots end while their credits are being held, captured and released", async () => {
    const wallets = times(8, () => randomUUID());
    await Promise.all(wallets.map((wallet) => ledger.grant(wallet, 50)));
    const life = async (i: number) => {
      const wallet = wallets[i % wallets.length] as string;
      if (i % 4 === 0) return ledger.grant(wallet, 5, { p_expires_in_ms: 1 + (i % 60) });
      if (i % 7 === 0) return ledger.call("expire_due", { p_count: 20 });
      const id = await ledger.hold(wallet, 3);
      if (i % 3 === 0) return ledger.call("release", { p_hold_id: id });
      return ledger.call("capture", { p_hold_id: id, p_amount: i % 4 });
    };
    for (let round = 0; round < some(6); round++) {
      const counts = await tally(times(200, life));
      expect(Object.keys(counts).filter((code) => code !== "ok" && code !== "insufficient_credits")).toEqual(
        [],
      );
      expect(await ledger.violations()).toEqual([]);
    }
    await new Promise((resolve) => setTimeout(resolve, 70));
    await ledger.call("expire_due", { p_count: 1000 });
    const [{ open = "" } = {}] = await ledger.query<{ open: string }>(
      "select count(*) as open from genbff.grants where expires_at < now() and remaining > 0",
    );
    expect(Number(open)).toBe(0);
  });

  it("K9 lets no deadlock through, whatever the order in which wallets are touched", async () => {
    const wallets = times(12, (i) => `order-${i}`);
    const names = times(some(40), (i) => (i % 2 === 0 ? wallets : wallets.toReversed()));
    const walks = names.map(async (order, i) => {
      for (const wallet of order) {
        await ledger.grant(wallet, 2, { p_expires_in_ms: 1 });
        await outcome(ledger.hold(wallet, 1, { p_expires_in_ms: 1 }));
        if (i % 4 === 0) await ledger.call("expire_due", {});
      }
    });
    expect(await tally(walks)).toEqual({ ok: some(40) });
  });

  it("pays a purchase out once, to one wallet, whatever number of events name it", async () => {
    for (let round = 0; round < some(10); round++) {
      const event = (i: number) =>
        ledger.call("payment_event", {
          p_provider: "stripe",
          p_event_id: `e${round}-${i % 5}`,
          p_purchase_id: `p${round}`,
          p_wallet_id: `buyer${round}-${i % 2}`,
          p_amount: 100,
        });
      expect(await tally(times(32, event))).toEqual({ ok: 16, idempotency_key_reused: 16 });
      expect(await ledger.available(`buyer${round}-0`)).toBeOneOf([0, 100]);
      expect((await ledger.available(`buyer${round}-0`)) + (await ledger.available(`buyer${round}-1`))).toBe(
        100,
      );
    }
  });
});
