import { Client } from "pg";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { postgres } from "../database/postgres.ts";
import { isAppError } from "../errors/app-error.ts";
import { killInRows } from "../testing/deaths/killed-backend.ts";
import { openLossyWire } from "../testing/deaths/lost-answers.ts";
import { startProcess } from "../testing/deaths/start-process.ts";
import { createTestDatabase, type TestDatabase } from "../testing/embedded/test-database.ts";
import { times } from "../testing/ledger/clients.ts";
import { createLedger } from "./ledger.ts";

// C19 and C20 of `reliability-spec.md` 3, on a real server whose connections and clients are really killed.

let test: TestDatabase;
beforeEach(async () => {
  test = await createTestDatabase({ max: 16 });
});
afterEach(async () => {
  expect(await test.database.call("genbff_violations", {})).toEqual([]);
  await test.close();
});

const bought = (n: number, event = 0) => ({
  provider: "stripe",
  eventId: `event-${n}-${event}`,
  purchaseId: `purchase-${n}`,
  walletId: `buyer-${n}`,
  amount: 100,
});
/** What the payments of a buyer have left in the books. */
async function booked(n: number) {
  const [row] = await test.query(
    `select (select count(*)::int from genbff.transactions where wallet_id = $1) as entries,
            (select coalesce(sum(balance), 0)::int from public.user_credits where user_id = $1) as balance,
            (select count(*)::int from genbff.payment_events where wallet_id = $1) as events`,
    [`buyer-${n}`],
  );
  return row;
}

describe("C19: a payment event grants once", () => {
  it.each([
    "public.user_credits",
    "genbff.purchases",
    "genbff.grants",
    "genbff.transactions",
    "genbff.payment_events",
  ])(
    "when the connection dies at its write to %s, and leaves nothing until it comes again",
    async (table) => {
      const deaths = await killInRows(test, { table, at: [1] });
      const alone = new Client(test.url);
      alone.on("error", () => undefined);
      await alone.connect();
      const event = "select public.genbff_payment_event('stripe', 'event-1-0', 'purchase-1', 'buyer-1', 100)";
      await expect(alone.query(event)).rejects.toThrow("terminating connection");
      expect(await booked(1)).toEqual({ entries: 0, balance: 0, events: 0 });
      const ledger = createLedger(test.database);
      expect(await ledger.paymentEvent(bought(1))).toMatchObject({ balanceAfter: 100 });
      await ledger.paymentEvent(bought(1, 1));
      expect(await booked(1)).toEqual({ entries: 1, balance: 100, events: 2 });
      expect(await deaths()).toBe(1);
    },
  );

  it("when the answer is lost after the commit, once and again", async () => {
    const wire = await openLossyWire(test.url);
    const database = postgres({ connectionString: wire.url, max: 1 });
    const ledger = createLedger(database);
    await ledger.balance("nobody"); // connects
    for (let n = 1; n <= 3; n++) {
      wire.loseNextAnswer();
      expect(await ledger.paymentEvent(bought(n))).toMatchObject({ balanceAfter: 100 });
      expect(wire.lost()).toBe(n);
      expect(await booked(n)).toEqual({ entries: 1, balance: 100, events: 1 });
    }
    await database.close();
    await wire.close();
  });

  it("when the process is killed before the commit, and the server hears of it or not", async () => {
    for (const [n, terminated] of [
      [1, true],
      [2, false],
    ] as const) {
      const { provider, eventId, purchaseId, walletId, amount } = bought(n);
      const holding = new Client(test.url);
      await holding.connect();
      await holding.query("begin");
      await holding.query("lock table genbff.payment_events in share mode");
      const buyer = startProcess({
        url: test.url,
        call: "genbff_payment_event",
        args: {
          p_provider: provider,
          p_event_id: eventId,
          p_purchase_id: purchaseId,
          p_wallet_id: walletId,
          p_amount: amount,
        },
      });
      // The credits are granted in a transaction that cannot end: its last write waits.
      const waits = () =>
        test.query<{ pid: number }>(
          "select pid from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock' and query like '%genbff_payment_event%'",
        );
      await expect.poll(waits, { timeout: 20_000 }).toHaveLength(1);
      const [{ pid = 0 } = {}] = await waits();
      await buyer.kill();
      if (terminated) await test.query("select pg_terminate_backend($1)", [pid]);
      await holding.query("rollback");
      await holding.end();
      const gone = () => test.query("select from pg_stat_activity where pid = $1", [pid]);
      await expect.poll(gone, { timeout: 20_000 }).toEqual([]);
      // Without a word from its client, the server finishes what it was asked for.
      expect(await booked(n)).toMatchObject({ entries: terminated ? 0 : 1 });
      await createLedger(test.database).paymentEvent(bought(n));
      expect(await booked(n)).toEqual({ entries: 1, balance: 100, events: 1 });
    }
  }, 60_000);
});

describe("C20: a sweep of what has ended", () => {
  const wallets = 40;
  /** Each wallet has two lots and a hold that have ended, and a lot that lasts. */
  async function aNight(): Promise<void> {
    await Promise.all(
      times(wallets, async (i) => {
        const lot = (key: string, more = {}) =>
          test.database.call("genbff_grant", {
            p_wallet_id: `w${i}`,
            p_amount: 5,
            p_idempotency_key: key,
            ...more,
          });
        await lot("lasts");
        await test.database.call("genbff_hold", {
          p_wallet_id: `w${i}`,
          p_amount: 2,
          p_idempotency_key: "h",
          p_external_reference: "x",
          p_expires_in_ms: 1,
        });
        await lot("one", { p_expires_in_ms: 1 });
        await lot("two", { p_expires_in_ms: 1 });
      }),
    );
  }
  const ended = () =>
    test.query(
      `select count(*)::int as entries, count(distinct grant_id)::int as lots, coalesce(sum(-amount), 0)::int as credits,
              (select count(*)::int from genbff.holds where state = 'expired') as holds
         from genbff.transactions where kind = 'expiry'`,
    );

  it("leaves nothing of a batch in which it dies", async () => {
    await aNight();
    const deaths = await killInRows(test, {
      table: "genbff.transactions",
      when: "new.kind = 'expiry'",
      at: [7],
    });
    const alone = new Client(test.url);
    alone.on("error", () => undefined);
    await alone.connect();
    await expect(alone.query("select public.genbff_expire_due(1000)")).rejects.toThrow(
      "terminating connection",
    );
    expect(await ended()).toEqual([{ entries: 0, lots: 0, credits: 0, holds: 0 }]);
    expect(await test.database.call("genbff_expire_due", { p_count: 1000 })).toEqual({
      holds: wallets,
      lots: 2 * wallets,
    });
    expect(await ended()).toEqual([
      { entries: 2 * wallets, lots: 2 * wallets, credits: 10 * wallets, holds: wallets },
    ]);
    expect(await deaths()).toBe(1);
  });

  it("ends each lot and hold once, however many sweep in small batches and die", async () => {
    await aNight();
    const at = [3, 10, 11, 25, 40, 60];
    const deaths = await killInRows(test, { table: "genbff.transactions", when: "new.kind = 'expiry'", at });
    const sweep = async (batch: number) => {
      for (;;) {
        const swept = await createLedger(test.database)
          .expireDue(batch)
          .catch((error: unknown) => {
            if (isAppError(error, "unavailable")) return undefined; // died more often than the driver tries
            throw error;
          });
        if (swept !== undefined && swept.holds + swept.lots === 0) return;
      }
    };
    await Promise.all(times(8, (i) => sweep(1 + i)));
    expect(await ended()).toEqual([
      { entries: 2 * wallets, lots: 2 * wallets, credits: 10 * wallets, holds: wallets },
    ]);
    expect(await deaths()).toBe(at.length);
  }, 60_000);
});
