import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Database } from "../database/port.ts";
import type { JsonObject } from "../shared/json.ts";
import type { TestDatabase } from "../testing/embedded/test-database.ts";
import { outcome } from "../testing/ledger/clients.ts";
import { drivers, parallelDrivers } from "../testing/ledger/drivers.ts";

describe.each(Object.entries(drivers))("ledger on %s", (_, { open }) => {
  let database: Database;
  let close: () => Promise<void>;
  beforeAll(async () => {
    ({ database, close } = await open());
  });
  afterAll(async () => {
    expect(await database.call("genbff_violations", {})).toEqual([]);
    await close();
  });
  const call = (name: string, args: JsonObject) =>
    database.call(`genbff_${name}`, args) as Promise<Record<string, unknown>>;
  const grant = (wallet: string, amount: number, key: string = randomUUID(), more: JsonObject = {}) =>
    call("grant", { p_wallet_id: wallet, p_amount: amount, p_idempotency_key: key, ...more });
  const hold = (wallet: string, amount: number, key: string = randomUUID()) =>
    call("hold", {
      p_wallet_id: wallet,
      p_amount: amount,
      p_idempotency_key: key,
      p_external_reference: "test",
      p_expires_in_ms: 60_000,
    });
  const balance = (wallet: string) => call("balance", { p_wallet_id: wallet });

  it("sets aside, pays in part and gives the rest back", async () => {
    const wallet = randomUUID();
    await grant(wallet, 10);
    const { id } = await hold(wallet, 6);
    expect(await balance(wallet)).toMatchObject({ available: 4, held: 6, posted: 10 });
    await call("capture", { p_hold_id: id as string, p_amount: 4 });
    expect(await balance(wallet)).toMatchObject({ available: 6, held: 0, posted: 6, lifetime_spent: 4 });
  });

  it("returns the first result when a key repeats, and refuses the key for anything else", async () => {
    const wallet = randomUUID();
    const first = await grant(wallet, 10, "a");
    expect(first.replayed).toBe(false);
    expect(await grant(wallet, 10, "a")).toEqual({ ...first, replayed: true });
    expect(await outcome(grant(wallet, 11, "a"))).toBe("idempotency_key_reused");
    const held = await hold(wallet, 3, "h");
    expect(await hold(wallet, 3, "h")).toEqual(held);
    expect(await outcome(hold(wallet, 4, "h"))).toBe("idempotency_key_reused");
    expect(await balance(wallet)).toMatchObject({ posted: 10, held: 3 });
  });

  it.each([0, -1, 1.5, 2 ** 53, Number.NaN])(
    "refuses the amount %s and leaves nothing behind",
    async (amount) => {
      const wallet = randomUUID();
      const sent = Number.isNaN(amount) ? "NaN" : String(amount);
      expect(
        await outcome(call("grant", { p_wallet_id: wallet, p_amount: sent, p_idempotency_key: "a" })),
      ).toBe("invalid_amount");
      expect(await balance(wallet)).toMatchObject({ posted: 0 });
    },
  );

  it("refuses a hold beyond what is available, says what there is, and claims no key", async () => {
    const wallet = randomUUID();
    await grant(wallet, 3);
    await expect(hold(wallet, 4, "h")).rejects.toMatchObject({
      code: "insufficient_credits",
      details: { required: 4, available: 3 },
    });
    await grant(wallet, 1);
    expect(await outcome(hold(wallet, 4, "h"))).toBe("ok");
  });

  it("captures nothing for 0, everything only when told so, and never more than was held", async () => {
    const wallet = randomUUID();
    await grant(wallet, 30);
    const ids = [];
    for (let i = 0; i < 4; i++) ids.push((await hold(wallet, 5)).id as string);
    expect(await outcome(call("capture", { p_hold_id: ids[0] as string, p_amount: 6 }))).toBe(
      "capture_exceeds_hold",
    );
    expect(await outcome(call("capture", { p_hold_id: ids[0] as string }))).toBe("invalid_amount");
    expect(await call("capture", { p_hold_id: ids[0] as string, p_amount: 0 })).toMatchObject({
      state: "captured",
      captured: 0,
    });
    expect(await call("capture", { p_hold_id: ids[1] as string, p_full: true })).toMatchObject({
      captured: 5,
    });
    expect(await outcome(call("release", { p_hold_id: ids[1] as string }))).toBe("hold_already_settled");
    expect(await balance(wallet)).toMatchObject({ posted: 25, held: 10 });
  });

  it("burns the lot that ends first, and gives nothing of a lot that has ended", async () => {
    /** Holds of a lot that has not ended yet: on a slow machine it lasts longer. */
    const holdInTime = async (lastsMs: number): Promise<{ wallet: string; id: unknown }> => {
      const wallet = randomUUID();
      await grant(wallet, 5, "lasting");
      await grant(wallet, 5, "short", { p_expires_in_ms: lastsMs });
      const { id } = await hold(wallet, 3);
      return (await balance(wallet)).available === 7 ? { wallet, id } : holdInTime(2 * lastsMs);
    };
    const { wallet, id } = await holdInTime(150);
    const ended = { available: 5, held: 3, posted: 10 };
    await expect.poll(() => balance(wallet), { timeout: 60_000 }).toMatchObject(ended);
    expect(await outcome(hold(wallet, 6))).toBe("insufficient_credits");
    // What comes back to a lot that has ended meanwhile ends with it.
    await call("release", { p_hold_id: id as string });
    expect(await balance(wallet)).toMatchObject({ available: 5, held: 0, posted: 5 });
  });

  it("welcomes a user once, whatever the amount is later", async () => {
    const wallet = randomUUID();
    await Promise.all(
      Array.from({ length: 20 }, () => call("welcome", { p_wallet_id: wallet, p_amount: 100 })),
    );
    await call("welcome", { p_wallet_id: wallet, p_amount: 50 });
    expect(await balance(wallet)).toMatchObject({ available: 100 });
  });
});

describe.each(Object.entries(parallelDrivers))("ledger under parallel clients of %s", (_, { open }) => {
  let test: TestDatabase;
  beforeAll(async () => {
    test = await open();
  });
  afterAll(async () => {
    expect(await test.database.call("genbff_violations", {})).toEqual([]);
    await test.close();
  });
  const call = (name: string, args: JsonObject) =>
    test.database.call(`genbff_${name}`, args) as Promise<Record<string, unknown>>;

  it("sells a wallet's credits exactly once to 64 holds at the same time", async () => {
    const wallet = randomUUID();
    await call("grant", { p_wallet_id: wallet, p_amount: 20, p_idempotency_key: "a" });
    const outcomes = await Promise.all(
      Array.from({ length: 64 }, (_, i) =>
        outcome(
          call("hold", {
            p_wallet_id: wallet,
            p_amount: 1,
            p_idempotency_key: `h${i}`,
            p_external_reference: "t",
            p_expires_in_ms: 60_000,
          }),
        ),
      ),
    );
    expect(outcomes.filter((one) => one === "ok")).toHaveLength(20);
    expect(outcomes.filter((one) => one === "insufficient_credits")).toHaveLength(44);
  });

  it("settles a hold once, however many try and whatever they want", async () => {
    const wallet = randomUUID();
    await call("grant", { p_wallet_id: wallet, p_amount: 100, p_idempotency_key: "a" });
    for (let round = 0; round < 5; round++) {
      const { id } = await call("hold", {
        p_wallet_id: wallet,
        p_amount: 10,
        p_idempotency_key: `h${round}`,
        p_external_reference: "t",
        p_expires_in_ms: 60_000,
      });
      const outcomes = await Promise.all(
        Array.from({ length: 24 }, (_, i) =>
          outcome(
            i % 3 === 0
              ? call("release", { p_hold_id: id as string })
              : call("capture", { p_hold_id: id as string, p_amount: (i % 3) * 5 }),
          ),
        ),
      );
      // Equal requests agree with the winner; all others are told what is true.
      expect(outcomes.filter((one) => one === "ok")).toHaveLength(8);
      expect(outcomes.filter((one) => one === "hold_already_settled")).toHaveLength(16);
    }
  });

  it("counts every grant of a wallet that nobody had heard of", async () => {
    const wallet = randomUUID();
    await Promise.all(
      Array.from({ length: 50 }, (_, i) =>
        call("grant", { p_wallet_id: wallet, p_amount: 2, p_idempotency_key: `g${i}` }),
      ),
    );
    expect(await call("balance", { p_wallet_id: wallet })).toMatchObject({ available: 100 });
  });

  it("lets no role change or remove an entry", async () => {
    for (const sql of [
      "update genbff.transactions set amount = 1",
      "delete from genbff.transactions",
      "truncate genbff.transactions cascade",
    ])
      await expect(test.query(sql)).rejects.toThrow("append-only");
  });
});
