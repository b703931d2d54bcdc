import { randomUUID } from "node:crypto";
import { Client } from "pg";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { webhookEventTypes } from "../contract/webhook-event.ts";
import { killInRows } from "../testing/deaths/killed-backend.ts";
import { createTestDatabase, type TestDatabase } from "../testing/embedded/test-database.ts";
import { type Book, type Claimed, openBook } from "../testing/generations/book.ts";

// What is written down, asked of the database directly: with what it tells of or not at all, and handed out once.

let test: TestDatabase;
let book: Book;
beforeEach(async () => {
  test = await createTestDatabase({ max: 32 });
  book = openBook(test);
  await listenTo(webhookEventTypes);
});
afterEach(async () => {
  expect(await book.violations()).toEqual([]);
  await test.close();
});

const listenTo = (events: readonly string[]) => book.call("set_webhooks", { p_events: [...events] });
const written = () =>
  test.query<{ type: string; about: string; state: string }>(
    "select type, about, state from genbff.webhook_outbox order by id",
  );
const typesOf = async () => (await written()).map(({ type }) => type);
const hourMs = 3_600_000;
const eventually = <Value>(ask: () => Promise<Value>) => expect.poll(ask, { timeout: 20_000 });
interface Due {
  readonly event_id: string;
  readonly claim: number;
  readonly tries: number;
  readonly type: string;
  readonly data: Record<string, unknown>;
}
const claim = async (count = 100, leaseMs = hourMs) =>
  (await book.call("claim_webhooks", { p_count: count, p_lease_ms: leaseMs })) as unknown as Due[];
/** With `leaseMs` the next about the same is claimed too; without, it is handed back. */
async function sent({ event_id }: Due, leaseMs?: number) {
  const answer = await book.call("webhook_sent", { p_event_id: event_id, p_lease_ms: leaseMs ?? hourMs });
  const next = answer.next as Due[];
  if (leaseMs === undefined)
    for (const { event_id: id, claim: of } of next)
      await book.call("hand_back_webhook", { p_event_id: id, p_claim: of });
  return { recorded: answer.recorded, next };
}
const failed = ({ event_id, claim }: Due, delayMs: number | null = 0, holdsUp = true) =>
  book.call("webhook_failed", {
    p_event_id: event_id,
    p_claim: claim,
    p_error: "status 500",
    p_delay_ms: delayMs,
    p_holds_up: holdsUp,
  });
const grant = (wallet: string, amount = 10) =>
  book.call("grant", { p_wallet_id: wallet, p_amount: amount, p_idempotency_key: randomUUID() });
async function inHand(task?: string): Promise<Claimed> {
  const { id } = await book.start({ user: "ada", wallet: "ada", ...(task === undefined ? {} : { task }) });
  const claimed = (await book.take(id)) as Claimed;
  await book.intent(claimed);
  return claimed;
}

describe("an event is written", () => {
  beforeEach(() => grant("ada", 100));

  it("with every end of a generation and every entry, and with nothing else", async () => {
    await book.finish(await inHand());
    await book.fail(await inHand());
    await book.fail(await inHand(), "cancelled");
    const waiting = await book.start({ user: "ada" });
    await book.call("cancel", { p_user_id: "ada", p_generation_id: waiting.id });
    const overdue = await book.start({ user: "ada", deadlineMs: 1 });
    await eventually(async () => (await book.call("sweep", { p_count: 10 })).ended).toContain(overdue.id);
    expect(await typesOf()).toEqual([
      "credits.grant",
      "credits.capture",
      "generation.complete",
      "generation.failed",
      "generation.cancelled",
      "generation.cancelled",
      "generation.failed",
    ]);
  });

  it("for corrections, refunds and what expires", async () => {
    const claimed = await inHand();
    await book.finish(claimed);
    const [hold] = await test.query<{ id: string }>("select id from genbff.holds where generation_id = $1", [
      claimed.id,
    ]);
    const by = { p_reason: "double gift", p_actor: "ops" };
    await book.call("refund", { p_hold_id: hold?.id ?? "", p_amount: 1, p_idempotency_key: "r", ...by });
    await book.call("adjust", { p_wallet_id: "ada", p_amount: -2, p_idempotency_key: "a", ...by });
    await book.call("grant", {
      p_wallet_id: "ada",
      p_amount: 3,
      p_idempotency_key: "short",
      p_expires_in_ms: 1,
    });
    await eventually(async () => (await book.call("expire_due", {})).lots).toBe(1);
    expect((await typesOf()).filter((type) => type.startsWith("credits."))).toEqual([
      "credits.grant",
      "credits.capture",
      "credits.refund",
      "credits.adjustment",
      "credits.grant",
      "credits.expiry",
    ]);
    const told = [];
    for (;;) {
      const claimedNow = await claim();
      if (claimedNow.length === 0) break;
      for (const event of claimedNow) {
        await sent(event);
        if (event.type.startsWith("credits.")) told.push(event.data);
      }
    }
    expect(told.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(told[1]).toMatchObject({
      wallet_id: "ada",
      amount: 1,
      balance_before: 100,
      balance_after: 99,
      generation_id: claimed.id,
      task_id: claimed.task_id,
      operation: "text-to-image",
    });
    expect(told[3]).toMatchObject({
      amount: 2,
      balance_before: 100,
      balance_after: 98,
      reason: "double gift",
    });
  });

  it("only while somebody listens, and only what they listen to", async () => {
    await listenTo(["generation.failed"]);
    await grant("ada");
    await book.finish(await inHand());
    await book.fail(await inHand());
    await listenTo([]);
    await grant("ada");
    await book.fail(await inHand());
    expect(await typesOf()).toEqual(["credits.grant", "generation.failed"]);
    expect((await book.call("sweep", { p_count: 1 })).webhooks_due).toBe(true);
  });

  it("never for a repeated call", async () => {
    const payment = {
      p_provider: "stripe",
      p_event_id: "e",
      p_purchase_id: "p",
      p_wallet_id: "lin",
      p_amount: 5,
    };
    for (const event of ["e", "e", "other"])
      await book.call("payment_event", { ...payment, p_event_id: event });
    const claimed = await inHand();
    for (let times = 0; times < 2; times++) await book.finish(claimed);
    await book.fail(claimed);
    expect((await typesOf()).slice(1)).toEqual(["credits.grant", "credits.capture", "generation.complete"]);
  });
});

describe("C13, C14: the row is there if and only if the transition is", () => {
  it.each(["genbff.webhook_outbox", "genbff.generations", "genbff.transactions"])(
    "where the connection dies at its write to %s, and at the next try both are",
    async (table) => {
      await grant("ada", 100);
      const claimed = await inHand();
      const before = await typesOf();
      await killInRows(test, { table, at: [1] });
      const alone = new Client(test.url);
      alone.on("error", () => undefined);
      await alone.connect();
      const asset = {
        index: 0,
        storage_key: "k",
        asset_url: "/k",
        content_type: "image/png",
        bytes: 1,
        sha256: "00",
      };
      const finish = "select public.genbff_finish($1, $2, $3)";
      const values = [claimed.id, claimed.lease_epoch, JSON.stringify([asset])];
      await expect(alone.query(finish, values)).rejects.toThrow("terminating connection");
      expect(await typesOf()).toEqual(before);
      expect(await book.call("status", { p_user_id: "ada", p_id: claimed.id })).toMatchObject({
        status: "processing",
      });
      await book.finish(claimed);
      expect(await typesOf()).toEqual([...before, "credits.capture", "generation.complete"]);
    },
  );

  it("also where a transaction of the team's own is taken back", async () => {
    const client = new Client(test.url);
    await client.connect();
    await client.query("begin");
    await client.query("select public.genbff_grant('ada', 5, 'k')");
    await client.query("rollback");
    await client.end();
    expect(await written()).toEqual([]);
  });
});

describe("what is due", () => {
  it("is handed to one process at a time, however many ask at once", async () => {
    await Promise.all(Array.from({ length: 60 }, (_, index) => grant(`wallet-${index}`)));
    const hands = await Promise.all(Array.from({ length: 16 }, () => claim(10)));
    const ids = hands.flat().map(({ event_id }) => event_id);
    expect(new Set(ids).size).toBe(ids.length);
    const rest = await claim(100);
    expect(ids.length + rest.length).toBe(60);
    expect(await claim()).toEqual([]);
  });

  it("is of one task or wallet the oldest alone, in the order of the commits", async () => {
    await grant("ada", 100);
    const tasks = ["one", "two"];
    const all = await Promise.all(Array.from({ length: 12 }, (_, index) => inHand(tasks[index % 2])));
    await Promise.all(all.map((claimed) => book.finish(claimed)));
    const order: Record<string, unknown[]> = {};
    for (;;) {
      const events = await claim();
      if (events.length === 0) break;
      const abouts = events.map(({ data }) => data.wallet_id ?? data.task_id);
      expect(new Set(abouts).size).toBe(abouts.length);
      for (const event of events) {
        const about = String(event.data.wallet_id ?? event.data.task_id);
        order[about] = [...(order[about] ?? []), event.data.seq ?? event.data.generation_id];
        await sent(event);
      }
    }
    expect(order.ada).toEqual(Array.from({ length: 13 }, (_, index) => index + 1));
    for (const task of tasks) {
      const events = await test.query<{ generation_id: string }>(
        "select generation_id from genbff.events where task_id = $1 and snapshot ->> 'status' = 'complete' order by seq",
        [task],
      );
      expect(order[task]).toEqual(events.map(({ generation_id }) => generation_id));
    }
  });

  it("waits for the one before it until that was heard, given up, or has failed too often", async () => {
    for (let times = 0; times < 4; times++) await grant("ada");
    const next = async () => {
      const [event, ...others] = await claim();
      expect(others).toEqual([]);
      return event as Due;
    };
    const first = await next();
    expect(await claim()).toEqual([]);
    await failed(first, hourMs);
    expect(await claim()).toEqual([]);
    await test.query("update genbff.webhook_outbox set next_try_at = genbff.now() where event_id = $1", [
      first.event_id,
    ]);
    const again = await next();
    expect(again).toMatchObject({ event_id: first.event_id, tries: 2, claim: 2 });
    await failed(again, hourMs, false);
    const second = await next();
    await failed(second, null);
    const third = await next();
    await sent(third);
    expect((await next()).data.seq).toBe(4);
  });

  it("brings the next about the same with it, in its turn and in one hand", async () => {
    for (let times = 0; times < 3; times++) await grant("ada");
    await grant("bo");
    const [first] = (await claim()) as [Due];
    const { next } = await sent(first, hourMs);
    expect(next.map(({ data, tries }) => [data.wallet_id, data.seq, tries])).toEqual([["ada", 2, 1]]);
    expect(await claim()).toEqual([]);
    await failed(next[0] as Due, hourMs, false);
    const [third] = (await claim()) as [Due];
    expect(third.data.seq).toBe(3);
    expect(await sent(third, hourMs)).toEqual({ recorded: true, next: [] });
  });

  it("is found among thousands of one wallet without comparing each with each", async () => {
    await test.query(
      `insert into genbff.webhook_outbox (type, about, data, next_try_at)
       select 'credits.grant', 'wallet hot', '{"entry": 0}', genbff.now() from generate_series(1, 30000)`,
    );
    await test.query("analyze genbff.webhook_outbox");
    await grant("cold");
    // Compared with each other they took minutes.
    expect(await claim()).toHaveLength(2);
  });

  it("is taken again when whoever had it has died, and the late word of a lost claim changes nothing but good news", async () => {
    await grant("ada");
    const [lost] = (await claim(1, 1)) as [Due];
    const taken: Due[] = [];
    await eventually(async () => taken.push(...(await claim()))).toBe(1);
    expect(taken[0]).toMatchObject({ event_id: lost.event_id, tries: 2, claim: 2 });
    expect(await failed(lost, null)).toEqual({ recorded: false });
    expect(await book.call("hand_back_webhook", { p_event_id: lost.event_id, p_claim: lost.claim })).toEqual({
      recorded: false,
    });
    expect((await written())[0]).toMatchObject({ state: "waiting" });
    expect(await sent(lost)).toEqual({ recorded: true, next: [] });
    expect(await sent(lost)).toEqual({ recorded: false, next: [] });
    expect(await failed(taken[0] as Due, null)).toEqual({ recorded: false });
    expect((await written())[0]).toMatchObject({ state: "sent" });
  });

  it("is seen by the sweep, which asks for it in the same call", async () => {
    const due = async () => (await book.call("sweep", { p_count: 1 })).webhooks_due;
    expect(await due()).toBe(false);
    await grant("ada");
    expect(await due()).toBe(true);
    const [event] = (await claim()) as [Due];
    expect(await due()).toBe(false);
    await failed(event, 0);
    expect(await due()).toBe(true);
  });
});

describe("what has ended", () => {
  const retain = (sentMs: number, rowsMs: number) =>
    book.call("retain_webhooks", { p_sent_ms: sentMs, p_rows_ms: rowsMs, p_count: 1 });
  const count = async () => (await written()).length;

  it("is listed for operators where it was given up, and sent again under its old id", async () => {
    await grant("ada");
    await grant("ada");
    const [event] = (await claim()) as [Due];
    await failed(event, null);
    expect(await book.call("given_up_webhooks", {})).toMatchObject([
      { event_id: event.event_id, type: "credits.grant", about: "wallet ada", tries: 1, error: "status 500" },
    ]);
    const ids = [event.event_id, randomUUID(), "no id"];
    expect(await book.call("send_webhooks_again", { p_event_ids: ids })).toEqual({ again: 1 });
    expect(await book.call("send_webhooks_again", { p_event_ids: ids })).toEqual({ again: 0 });
    expect(await book.call("given_up_webhooks", {})).toEqual([]);
    // It comes back beside the later one, which it no longer holds up.
    expect((await claim()).map(({ tries }) => tries)).toEqual([1, 1]);
  });

  it("goes: soon what was heard, later what was given up or nobody listens to, never what is in somebody's hands", async () => {
    for (const wallet of ["a", "b", "c", "d"]) await grant(wallet);
    const [heard, lost] = (await claim(2)) as [Due, Due];
    await sent(heard);
    await failed(lost, null);
    await claim(1);
    expect(await retain(hourMs, hourMs)).toEqual({ more: false });
    expect(await count()).toBe(4);
    expect(await retain(-hourMs, hourMs)).toEqual({ more: true });
    expect((await written()).map(({ state }) => state)).toEqual(["given_up", "waiting", "waiting"]);
    while ((await retain(-hourMs, -hourMs)).more) {}
    // What is claimed may be told of at any moment.
    expect((await written()).map(({ about }) => about)).toEqual(["wallet c"]);
  });
});
