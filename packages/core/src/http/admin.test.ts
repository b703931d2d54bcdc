import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import type * as z from "zod";
import { givenUpWebhookPage, type Inspected, inspected } from "../contract/admin.ts";
import type { GenerationStatus } from "../contract/generation.ts";
import { createTestDatabase, type TestDatabase } from "../testing/embedded/test-database.ts";
import type { Host } from "../testing/host.ts";
import { ask, type HostRequest } from "../testing/host-request.ts";
import { createTestBff, type TestBff, testPrices } from "../testing/test-bff.ts";

// What operators do, on real Postgres: parallel repeats meet there on real locks.

let database: TestDatabase;
let test: TestBff;
let host: Host;
let count = 0;

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });
beforeAll(async () => {
  database = await createTestDatabase({ max: 16 });
  test = await createTestBff(database.database);
  host = { baseUrl: "http://bff.test/api", fetch: test.bff.fetch, close: async () => undefined };
});
afterEach(async () => {
  expect(await database.database.call("genbff_violations", {})).toEqual([]);
});
afterAll(async () => {
  await test.stop();
  await database.close();
});

const fresh = (name: string) => `${name}-${++count}`;
const operator = { as: "olga", claims: { operator: true } };
function act(path: string, json: object, key: string | null = fresh("key"), more: Partial<HostRequest> = {}) {
  const headers: Record<string, string> = key === null ? {} : { "idempotency-key": key };
  return ask(host, { method: "POST", path: `/admin/${path}`, json, headers, ...operator, ...more });
}
async function inspect<Subject extends Inspected["subject"]>(subject: Subject, id: string) {
  const { status, body } = await act("inspect", { subject, id }, null);
  expect(status, JSON.stringify(body)).toBe(200);
  return inspected.parse(body) as Extract<Inspected, { subject: Subject }>;
}
const times = <Result>(n: number, each: (at: number) => Promise<Result>) =>
  Promise.all(Array.from({ length: n }, (_, at) => each(at)));
/** How many say that they are the answer of an earlier request. */
const repeatsAmong = (answers: readonly { readonly headers: Headers }[]) =>
  answers.filter(({ headers }) => headers.get("idempotency-replayed") === "true").length;
const entriesOf = (wallet: string) =>
  database.query(
    "select kind, amount, actor, reason from genbff.transactions where wallet_id = $1 order by seq",
    [wallet],
  );
/** A picture that was paid: its generation, and the hold that paid for it. */
async function paidPicture(user: string, prompt = "a cat") {
  const json = { task_id: fresh("task"), prompt };
  const headers = { prefer: "wait=20" };
  const made = await ask<GenerationStatus>(host, {
    ...{ method: "POST", path: "/generate/text-to-image", json, headers, as: user },
  });
  expect(made.body).toMatchObject({ status: "complete", credits: { charged: testPrices.picture } });
  const { hold } = await inspect("generation", made.body.generation_id);
  return { generation: made.body, holdId: hold?.hold_id ?? "" };
}

describe("a grant", () => {
  it("is made once, however often and however closely it is repeated, and says who and why", async () => {
    const wallet = fresh("wallet");
    const wanted = { wallet_id: wallet, amount: 40, reason: "the outage of Monday" };
    const answers = await times(12, () => act("grant", wanted, "outage-7"));
    for (const { status, body } of answers) {
      expect(status).toBe(200);
      expect(body).toEqual(answers[0]?.body);
    }
    expect(repeatsAmong(answers)).toBe(11);
    expect(answers[0]?.body).toMatchObject({ amount: 40, balance_after: 40 });
    expect(await entriesOf(wallet)).toEqual([
      { kind: "grant", amount: "40", actor: "olga", reason: "the outage of Monday" },
    ]);
    const history = await ask(host, { path: "/credits/history", as: wallet });
    expect(history.body.items).toContainEqual(expect.objectContaining({ reason: "the outage of Monday" }));
  });

  it("is refused where its key has made another one", async () => {
    const wanted = { wallet_id: fresh("wallet"), amount: 40, reason: "a present" };
    const key = fresh("key");
    expect((await act("grant", wanted, key)).status).toBe(200);
    const reused = { status: 422, body: { error: "idempotency_key_reused" } };
    expect(await act("grant", { ...wanted, amount: 41 }, key)).toMatchObject(reused);
    expect(await act("grant", { ...wanted, reason: "another" }, key)).toMatchObject(reused);
    expect(await act("grant", { ...wanted, priority: 1 }, key)).toMatchObject(reused);
    // Who acts is part of what was done: a second operator does not pass for the first.
    expect(await act("grant", wanted, key, { as: "oleg" })).toMatchObject(reused);
    expect(await entriesOf(wanted.wallet_id)).toHaveLength(1);
  });

  it("ends when it was said to, and burns in its turn", async () => {
    const wallet = fresh("wallet");
    const wanted = { wallet_id: wallet, amount: 10, reason: "a present" };
    await act("grant", { ...wanted, priority: 7, expires_in_ms: 86_400_000 });
    const { lots } = await inspect("wallet", wallet);
    expect(lots).toMatchObject([{ source: "operator", priority: 7, remaining: 10 }]);
    const [lot] = lots;
    expect(Date.parse(lot?.expires_at ?? "") - Date.parse(lot?.created_at ?? "")).toBe(86_400_000);
  });

  it("refuses the keys that are the ledger's own, and more than a wallet can ever hold", async () => {
    const wanted = { wallet_id: fresh("wallet"), amount: Number.MAX_SAFE_INTEGER, reason: "a present" };
    for (const key of ["sign_up", "allowance:day:2026-11-21", "purchase:stripe:pi_1"])
      expect(await act("grant", wanted, key)).toMatchObject({
        status: 400,
        body: { error: "invalid_idempotency_key" },
      });
    expect((await act("grant", wanted)).status).toBe(200);
    const beyond = await act("grant", { ...wanted, amount: 1 });
    expect(beyond).toMatchObject({ status: 422, body: { error: "invalid_amount" } });
  });
});

describe("a correction", () => {
  it("moves once in either direction, never below what is available", async () => {
    const wallet = fresh("wallet");
    await act("grant", { wallet_id: wallet, amount: 30, reason: "a present" });
    const down = { wallet_id: wallet, amount: -12, reason: "given twice" };
    const answers = await times(10, () => act("adjust", down, "ticket-31"));
    expect(new Set(answers.map(({ status, body }) => `${status} ${JSON.stringify(body)}`)).size).toBe(1);
    expect(answers[0]?.body).toMatchObject({ amount: -12 });
    expect(repeatsAmong(answers)).toBe(9);
    const up = { ...down, amount: 2, reason: "too much" };
    expect(repeatsAmong(await times(2, () => act("adjust", up, "ticket-30")))).toBe(1);
    await act("adjust", { ...up, amount: -2 }, "ticket-29");
    const tooMuch = await act("adjust", { ...down, amount: -19 }, "ticket-32");
    expect(tooMuch).toMatchObject({
      status: 402,
      body: { error: "insufficient_credits", details: { required: 19, available: 18 } },
    });
    // Refused, the key is free: the same correction succeeds once there are credits.
    await act("adjust", { ...down, amount: 5, reason: "the other way" });
    expect((await act("adjust", { ...down, amount: -19 }, "ticket-32")).status).toBe(200);
    expect((await inspect("wallet", wallet)).balance).toMatchObject({ available: 4, held: 0 });
  });

  it("takes what is left once, of many that come together", async () => {
    const wallet = fresh("wallet");
    await act("grant", { wallet_id: wallet, amount: 30, reason: "a present" });
    const answers = await times(10, (at) =>
      act("adjust", { wallet_id: wallet, amount: -10, reason: "a chargeback" }, `part-${at}`),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(3);
    expect(answers.filter(({ status }) => status === 402)).toHaveLength(7);
  });
});

describe("a refund", () => {
  it("gives a generation's price back once, and never more than was paid", async () => {
    const user = fresh("user");
    const { generation, holdId } = await paidPicture(user);
    const wanted = { hold_id: holdId, amount: testPrices.picture, reason: "three ears" };
    const answers = await times(10, () => act("refund", wanted, "complaint-1"));
    expect(new Set(answers.map(({ status, body }) => `${status} ${JSON.stringify(body)}`)).size).toBe(1);
    expect(answers[0]).toMatchObject({
      status: 200,
      body: { amount: testPrices.picture, balance_after: testPrices.signUp },
    });
    expect(repeatsAmong(answers)).toBe(9);
    const again = await act("refund", { ...wanted, amount: 1 }, "complaint-2");
    expect(again).toMatchObject({
      status: 422,
      body: { error: "refund_exceeds_capture", details: { refundable: 0 } },
    });
    const { hold } = await inspect("generation", generation.generation_id);
    expect(hold).toMatchObject({ state: "captured", captured: 5, refunded: 5 });
    const { body: balance } = await ask(host, { path: "/credits/balance", as: user });
    expect(balance).toMatchObject({ available: testPrices.signUp, lifetime_spent: 0 });
  });

  it("is given to one of two that together exceed what was paid", async () => {
    const { holdId } = await paidPicture(fresh("user"));
    const answers = await times(6, (at) =>
      act("refund", { hold_id: holdId, amount: 3, reason: "three ears" }, `half-${at}`),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(answers.filter(({ body }) => body.error === "refund_exceeds_capture")).toHaveLength(5);
  });

  it("knows only holds that are there", async () => {
    const unknown = { hold_id: "00000000-0000-4000-8000-000000000000", amount: 1, reason: "three ears" };
    expect(await act("refund", unknown)).toMatchObject({ status: 404, body: { error: "not_found" } });
  });
});

describe("an inspection", () => {
  it("shows a generation's books without a word of what was asked", async () => {
    const user = fresh("user");
    const { generation } = await paidPicture(user, "a very private cat");
    const shown = await inspect("generation", generation.generation_id);
    expect(shown).toMatchObject({
      user_id: user,
      wallet_id: user,
      status: "complete",
      charged: testPrices.picture,
      price: { key: "test_picture" },
      attempts: [{ attempt: 1, provider: "studio", outcome: "done", error: null }],
      orphans: [],
      assets: [{ status: "complete", content_type: "image/png" }],
    });
    const text = JSON.stringify(shown);
    for (const secret of ["private", "/files/", "signature", "storage_key"])
      expect(text).not.toContain(secret);
  });

  it("shows what a provider may have sold for nobody, by the provider's own name of it", async () => {
    const { generation } = await paidPicture(fresh("user"));
    const orphan = { p_generation_id: generation.generation_id, p_attempt: 1, p_reason: "answer was lost" };
    const job = { key: "job-of-theirs", data: { url: "https://vendor.example/?token=hush" } };
    await database.database.call("genbff_orphan", { ...orphan, p_job: job });
    const shown = await inspect("generation", generation.generation_id);
    expect(shown.orphans).toMatchObject([{ job_key: "job-of-theirs", state: "open", provider: "studio" }]);
    expect(JSON.stringify(shown)).not.toContain("hush");
  });

  it("shows what one's wallet holds, and what was made lately", async () => {
    const user = fresh("user");
    const { generation, holdId } = await paidPicture(user);
    await ask(host, {
      ...{ method: "POST", path: "/generate/text-to-image", as: user },
      json: { task_id: fresh("task"), prompt: "[endless]" },
    });
    const wallet = await inspect("wallet", user);
    expect(wallet.balance).toMatchObject({ posted: 95, held: 5, available: 90 });
    expect(wallet.lots).toMatchObject([{ source: "sign_up", amount: 100, remaining: 95, held: 5 }]);
    expect(wallet.holds.map(({ state }) => state)).toEqual(["open", "captured"]);
    expect(wallet.holds[1]).toMatchObject({ hold_id: holdId, generation_id: generation.generation_id });
    expect(wallet.entries.map(({ kind, amount }) => [kind, amount])).toEqual([
      ["capture", -5],
      ["grant", 100],
    ]);
    const shown = await inspect("user", user);
    expect(shown).toMatchObject({ wallet_id: user, tasks: 2, open_generations: 1 });
    expect(shown.generations.map(({ charged }) => charged)).toEqual([0, 5]);
    const [open] = shown.generations;
    await ask(host, { method: "POST", path: `/generations/${open?.generation_id}/cancel`, as: user });
  });

  it.each(["user", "wallet", "generation"])(
    "of an unknown %s finds nothing, and leaves nothing",
    async (subject) => {
      const before = await database.query("select count(*) from public.user_credits");
      const id = fresh("nobody");
      expect(await act("inspect", { subject, id }, null)).toMatchObject({
        status: 404,
        body: { error: "not_found" },
      });
      expect(await database.query("select count(*) from public.user_credits")).toEqual(before);
    },
  );
});

describe("webhooks that nobody heard", () => {
  type Page = z.output<typeof givenUpWebhookPage>;
  const list = (query: string, more: Partial<HostRequest> = {}) =>
    ask<Page>(host, { path: `/admin/webhooks${query}`, ...operator, ...more });
  /** Given up at two moments, three at each: the place in the list is the moment and the row. */
  const giveUp = () =>
    database.query<{ event_id: string }>(
      `insert into genbff.webhook_outbox (type, about, data, state, tries, error, created_at, ended_at)
       select 'credits.grant', 'wallet w' || i, '{"entry": 0}', 'given_up', 9, 'status 500', genbff.now(),
              '2026-11-20T10:00:00.123456Z'::timestamptz + (i % 2) * interval '1 microsecond'
         from generate_series(1, 6) i returning event_id`,
    );
  const idsOf = (page: Page) => page.items.map(({ event_id }) => event_id);

  it("are listed page by page, the newest first, and are gone from it once they are sent again", async () => {
    const made = (await giveUp()).map(({ event_id }) => event_id);
    const [one, two, three, four, five, six] = made;
    const pages: string[][] = [];
    for (let cursor = ""; ; ) {
      const { status, body } = await list(`?limit=4${cursor}`);
      expect(status).toBe(200);
      pages.push(idsOf(givenUpWebhookPage.parse(body)));
      if (body.next_cursor === null) break;
      cursor = `&cursor=${body.next_cursor}`;
    }
    expect(pages).toEqual([
      [five, three, one, six],
      [four, two],
    ]);
    const again = { event_ids: [one, two, "00000000-0000-4000-8000-000000000000"] };
    expect((await act("webhooks/send-again", again, null)).body).toEqual({ sent_again: 2 });
    expect((await act("webhooks/send-again", again, null)).body).toEqual({ sent_again: 0 });
    expect(idsOf((await list("")).body)).toEqual([five, three, six, four]);
    const due =
      "select tries from genbff.webhook_outbox where state = 'waiting' and next_try_at <= genbff.now()";
    expect(await database.query(due)).toEqual([{ tries: 0 }, { tries: 0 }]);
  });

  it("are shown with cursors of one operator and of this list alone", async () => {
    const { body } = await list("?limit=1");
    const foreign = await list(`?cursor=${body.next_cursor}`, { as: "oleg" });
    expect(foreign).toMatchObject({ status: 400, body: { error: "validation_failed" } });
    const elsewhere = await ask(host, { path: `/tasks?cursor=${body.next_cursor}`, ...operator });
    expect(elsewhere).toMatchObject({ status: 400, body: { error: "validation_failed" } });
  });
});

const grant = { wallet_id: "w", amount: 1, reason: "x" };
const refused: [string, string, object, string][] = [
  ["a client's own actor", "grant", { ...grant, actor: "somebody" }, "/actor"],
  ["a source", "grant", { ...grant, source: "purchase" }, "/source"],
  ["no reason", "grant", { wallet_id: "w", amount: 1 }, "/reason"],
  ["a reason of blanks", "adjust", { ...grant, reason: "  " }, "/reason"],
  ["0 credits", "adjust", { ...grant, amount: 0 }, "/amount"],
  ["a negative grant", "grant", { ...grant, amount: -5 }, "/amount"],
  ["half a credit", "grant", { ...grant, amount: 0.5 }, "/amount"],
  ["an amount as text", "grant", { ...grant, amount: "5" }, "/amount"],
  ["more than can be counted", "grant", { ...grant, amount: 2 ** 53 }, "/amount"],
  ["a wallet without a name", "grant", { ...grant, wallet_id: "" }, "/wallet_id"],
  ["a lot that ends at once", "grant", { ...grant, expires_in_ms: 0 }, "/expires_in_ms"],
  ["a hold that is no id", "refund", { hold_id: "mine", amount: 1, reason: "x" }, "/hold_id"],
  ["nothing to send", "webhooks/send-again", { event_ids: [] }, "/event_ids"],
  ["an event that is no id", "webhooks/send-again", { event_ids: ["mine"] }, "/event_ids/0"],
  ["a subject that is none", "inspect", { subject: "secrets", id: "x" }, "/subject"],
];
describe("an operator's request", () => {
  it.each(refused)("with %s is refused", async (_, path, json, pointer) => {
    const { status, body } = await act(path, json);
    expect({ status, error: body.error }).toEqual({ status: 400, error: "validation_failed" });
    expect(body.details).toMatchObject({ issues: [expect.objectContaining({ pointer })] });
  });

  it.each(["grant", "adjust"])("to %s without a key moves nothing", async (path) => {
    const wallet = fresh("wallet");
    const answer = await act(path, { ...grant, wallet_id: wallet }, null);
    expect(answer).toMatchObject({ status: 400, body: { error: "invalid_idempotency_key" } });
    expect(await entriesOf(wallet)).toEqual([]);
  });

  it("is refused to whoever is none, before anything else is looked at", async () => {
    const user = fresh("user");
    for (const path of ["grant", "adjust", "refund", "inspect", "webhooks/send-again"]) {
      const as = { as: user, claims: { operator: "true" } };
      expect(await act(path, {}, null, as), path).toMatchObject({
        status: 403,
        body: { error: "forbidden" },
      });
      expect(await act(path, {}, null, { as: null }), path).toMatchObject({
        status: 401,
        body: { error: "unauthenticated" },
      });
    }
    expect(await entriesOf(user)).toEqual([]);
  });
});
