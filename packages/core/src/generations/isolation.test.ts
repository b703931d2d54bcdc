import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { isAppError } from "../errors/app-error.ts";
import { createTestDatabase, type TestDatabase } from "../testing/embedded/test-database.ts";
import { type Book, type Claimed, openBook } from "../testing/generations/book.ts";

// What is decided by counting, where the role's own isolation keeps one snapshot for a whole transaction: whoever had to
// wait must not decide by what was true before. Real Postgres, 32 connections, each statement a transaction.

// Read committed is what all other tests run under.

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

describe.each(["repeatable read", "serializable"])("under %s", (level) => {
  let test: TestDatabase;
  let book: Book;
  beforeAll(async () => {
    test = await createTestDatabase({ max: 32 });
    const [{ name } = { name: "" }] = await test.query<{ name: string }>("select current_database() as name");
    await test.query(`alter database ${name} set default_transaction_isolation to '${level}'`);
    book = openBook(test);
    await test.query(
      `create function public.pause() returns jsonb language sql as $$ select to_jsonb(pg_sleep(0.3)::text) $$`,
    );
    // All connections are open before anything is raced.
    await times(32, () => test.database.call("pause", {}));
  });
  beforeEach(() => test.query("truncate genbff.generations, genbff.turns, genbff.caps cascade"));
  afterEach(async () => expect(await book.violations()).toEqual([]));
  afterAll(() => test.close());

  /** As a client does: what the driver's own repeats could not bring through is asked again, with the same key. */
  async function persist<Answer>(call: () => Promise<Answer>): Promise<Answer | string> {
    for (;;) {
      try {
        return await call();
      } catch (error) {
        if (!isAppError(error)) throw error;
        if (error.code !== "unavailable") return error.code;
      }
    }
  }
  const count = (outcomes: readonly unknown[], wanted: (outcome: unknown) => boolean) =>
    outcomes.filter(wanted).length;
  const times = <Answer>(n: number, act: (index: number) => Promise<Answer>) =>
    Promise.all(Array.from({ length: n }, (_, index) => act(index)));
  const wait = (n: number, asked: { provider: string; operation?: string; candidates?: string[] }) =>
    times(n, () => persist(() => book.start({ price: 0, ...asked })));

  it("reads the level that the test is about", async () => {
    await test.query(`create function public.note() returns jsonb language sql as
      $$ select to_jsonb(current_setting('transaction_isolation')) $$`);
    expect(await test.database.call("note", {})).toBe(level);
  });

  it("a limit of starts is never exceeded, and each place of it is given", async () => {
    const asked = { user: "often", price: 0, rate: { group: "g", perMinute: 5 } };
    const outcomes = await times(16, (n) => persist(() => book.start({ ...asked, wallet: `wallet ${n}` })));
    expect(count(outcomes, (outcome) => typeof outcome === "object")).toBe(5);
    expect(count(outcomes, (outcome) => outcome === "rate_limited")).toBe(11);
  });

  it("a cap of concurrency is never exceeded by sixteen claimers", async () => {
    await book.caps({ provider: "tripo", concurrency: 3 });
    await wait(16, { provider: "tripo" });
    let [inHands, most, done] = [0, 0, 0];
    await times(16, async () => {
      while (done < 16) {
        const claimed = await persist(() => book.claim());
        if (typeof claimed !== "object") continue;
        most = Math.max(most, ++inHands);
        await persist(() => book.intent(claimed));
        inHands -= 1;
        await persist(() => book.fail(claimed));
        done += 1;
      }
    });
    expect(most).toBeLessThanOrEqual(3);
  });

  it("a cap of starts per minute is exact", async () => {
    await book.caps({ provider: "openai", starts_per_minute: 5 });
    await wait(24, { provider: "openai" });
    const claimed = await times(24, () => persist(() => book.claim()));
    expect(count(claimed, (one) => typeof one === "object")).toBe(5);
  });

  it("a cap holds between those who are claimed and those who come from another provider", async () => {
    await book.caps({ provider: "tripo", concurrency: 2 });
    await wait(8, { provider: "other", candidates: ["tripo"] });
    const fallen = (await times(8, () => persist(() => book.claim()))) as Claimed[];
    for (const claimed of fallen) {
      const moved = { step: "intent", next_attempt: true, next_provider: "tripo", outcome: "refused" };
      await persist(() => book.record(claimed, moved));
    }
    await wait(8, { provider: "tripo" });
    const acts = await times(16, async (index) => {
      const came = fallen[index / 2];
      if (index % 2 || came === undefined) return typeof (await persist(() => book.claim())) === "object";
      return ((await persist(() => book.intent(came))) as { go: boolean }).go;
    });
    expect(count(acts, (went) => went === true)).toBeLessThanOrEqual(2);
  });

  it("a cap holds among many who come from another provider at the same moment", async () => {
    await wait(12, { provider: "other", candidates: ["vendor"] });
    const fallen = (await times(12, () => persist(() => book.claim()))) as Claimed[];
    for (const claimed of fallen) {
      const moved = { step: "intent", next_attempt: true, next_provider: "vendor", outcome: "refused" };
      await book.record(claimed, moved);
    }
    await book.caps({ provider: "vendor", concurrency: 2 });
    const acts = await times(12, (index) => persist(() => book.intent(fallen[index] as Claimed)));
    expect(count(acts, (act) => (act as { go: boolean }).go)).toBe(2);
  });

  it("the last places of the queue are given once", async () => {
    const outcomes = await times(32, () => persist(() => book.start({ price: 0, depth: 5 })));
    expect(count(outcomes, (outcome) => typeof outcome === "object")).toBe(5);
    expect(count(outcomes, (outcome) => outcome === "queue_full")).toBe(27);
  });

  it("a user's open generations are counted, whatever they cost and whichever task they belong to", async () => {
    const outcomes = await times(32, () => persist(() => book.start({ user: "greedy", price: 0, open: 7 })));
    expect(count(outcomes, (outcome) => typeof outcome === "object")).toBe(7);
    expect(count(outcomes, (outcome) => outcome === "too_many_generations")).toBe(25);
  });

  it("a webhook and the commit of its job see each other", async () => {
    const all: Claimed[] = [];
    for (let index = 0; index < 12; index++) {
      await book.start({ provider: "tripo", price: 0 });
      const claimed = (await book.claim()) as Claimed;
      await book.intent(claimed);
      all.push(claimed);
    }
    await times(24, async (index) => {
      const claimed = all[index >> 1] as Claimed;
      const key = `job-${index >> 1}`;
      const told = { p_provider: "tripo", p_event_id: `event-${key}`, p_job_key: key, p_payload: {} };
      const changes = { step: "submitted", outcome: "accepted", job: { key } };
      await persist(() => (index % 2 ? book.call("webhook", told) : book.record(claimed, changes, 60_000)));
    });
    for (const { id } of all) {
      const [row] = await test.query<{ due: boolean; heard: string }>(
        `select next_run_at <= genbff.now() as due,
            (select count(*) from genbff.webhook_inbox where generation_id = g.id) as heard
           from genbff.generations g where id = $1`,
        [id],
      );
      expect(row).toEqual({ due: true, heard: "1" });
    }
  });

  it("a price that many set has one new version", async () => {
    for (let credits = 1; credits <= 5; credits++) {
      const prices = await times(32, () =>
        persist(() => book.call("set_operation_cost", { p_key: "picture", p_credits: credits })),
      );
      expect(new Set(prices.map((price) => (price as { version: number }).version))).toEqual(
        new Set([credits]),
      );
    }
  });

  it("K1: a balance is spent once", async () => {
    await book.call("grant", { p_wallet_id: "w", p_amount: 100, p_idempotency_key: "start" });
    const outcomes = await times(24, () => persist(() => book.start({ user: "w", price: 20 })));
    expect(count(outcomes, (outcome) => typeof outcome === "object")).toBe(5);
    expect(count(outcomes, (outcome) => outcome === "insufficient_credits")).toBe(19);
  });
});
