import { Client } from "pg";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { JsonObject } from "../shared/json.ts";
import { createTestDatabase, type TestDatabase } from "../testing/embedded/test-database.ts";
import { scriptedProvider } from "../testing/generations/scripted-provider.ts";
import { openScriptedShop, type Process, type Shop } from "../testing/generations/scripted-shop.ts";
import { takeClock, type VirtualTime } from "../testing/generations/virtual-time.ts";

// What a request is worth: quotes that are kept, keys that count once, tasks that belong to somebody.

const path = "/generate/text-to-image";
const hourMs = 3_600_000;
const key = (name: string) => ({ "idempotency-key": name });

let test: TestDatabase;
let time: VirtualTime;
let shop: Shop;
let process: Process;
/** What genbff_start was told last. */
let told: JsonObject;
beforeEach(async () => {
  test = await createTestDatabase({ max: 32 });
  time = await takeClock(test);
  shop = await openScriptedShop(test, { providers: { vendor: scriptedProvider().port } });
  await setPrice(5);
  process = await shop.open((database) => ({
    ...database,
    call(name, args) {
      if (name === "genbff_start") told = args;
      return database.call(name, args);
    },
  }));
});
afterEach(async () => {
  await shop.close();
  expect(await test.database.call("genbff_violations", {})).toEqual([]);
  await test.close();
});

const setPrice = (credits: number) =>
  test.database.call("genbff_set_operation_cost", {
    p_key: "text_to_image_by_vendor",
    p_credits: credits,
    p_multipliers: { style: { gouache: 300 } },
  });
const body = (more: object = {}) => ({ task_id: "task", prompt: "a lamp", ...more });
const started = async () => Number((await test.query("select from genbff.generations")).length);

describe("a quote", () => {
  const quote = async (user: string) =>
    (await process.ask(user, "/quotes", { operation: "text-to-image", prompt: "a lamp" })).json;

  it("holds for what was quoted, for its user, and until it ends", async () => {
    const { quote_id, credits } = await quote("ada");
    expect(credits).toBe(5);
    const refused = { status: 409, json: { error: "quote_expired" } };
    expect(await process.ask("ada", path, body({ quote_id, style: "gouache" }))).toMatchObject(refused);
    expect(await process.ask("bob", path, body({ quote_id, task_id: "bobs" }))).toMatchObject(refused);
    expect(await process.ask("ada", path, body({ quote_id }))).toMatchObject({ status: 202 });
    await time.forward(hourMs);
    expect(await process.ask("ada", path, body({ quote_id }))).toMatchObject(refused);
    expect(await started()).toBe(1);
  });

  it("is honoured when the price rises", async () => {
    const { quote_id } = await quote("ada");
    await setPrice(50);
    const dear = await process.ask("bob", path, body({ task_id: "bobs" }));
    expect(dear.json).toMatchObject({ credits: { held: 50 } });
    const quoted = await process.ask("ada", path, body({ quote_id }));
    expect(quoted.json).toMatchObject({ credits: { held: 5 } });
  });
});

describe("requests with one key", () => {
  it("are one generation, however many come at once", async () => {
    const answers = await Promise.all(
      Array.from({ length: 24 }, () => process.ask("ada", path, body(), key("once"))),
    );
    expect(answers.map(({ status }) => status)).toEqual(Array(24).fill(202));
    expect(new Set(answers.map(({ json }) => json.generation_id)).size).toBe(1);
    expect(answers.filter(({ headers }) => headers.has("idempotency-replayed"))).toHaveLength(23);
    expect(await started()).toBe(1);
  });

  it("refuse another body, also under the lock", async () => {
    await process.ask("ada", path, body(), key("once"));
    const refused = { status: 422, json: { error: "idempotency_key_reused" } };
    expect(await process.ask("ada", path, body({ prompt: "two lamps" }), key("once"))).toMatchObject(refused);
    // Two that come at once are past the first look: the second one is compared when it has the lock.
    const second = test.database.call("genbff_start", { ...told, p_digest: "another" });
    await expect(second).rejects.toMatchObject({ code: "idempotency_key_reused" });
  });

  it("refuse another operation", async () => {
    await process.ask("ada", path, body(), key("once"));
    expect(await process.ask("ada", "/generate/image-to-image", body(), key("once"))).toMatchObject({
      status: 422,
      json: { error: "idempotency_key_reused" },
    });
  });

  it("are their user's own", async () => {
    const adas = await process.ask("ada", path, body({ task_id: "one" }), key("once"));
    const elsewhere = { ...told, p_user_id: "bob", p_wallet_id: "bob", p_task_id: "two" };
    const replay = { p_user_id: "bob", p_idempotency_key: "once", p_digest: told.p_digest ?? null };
    expect(await test.database.call("genbff_replay", replay)).toBeNull();
    await process.ask("bob", "/credits/balance");
    const bobs = (await test.database.call("genbff_start", elsewhere)) as { generation_id: string };
    expect(bobs.generation_id).not.toBe(adas.json.generation_id);
  });

  it("repeat the answer for a day, whatever is tidied up meanwhile", async () => {
    const first = await process.ask("ada", path, body(), key("once"));
    await shop.endOf(process, "ada", first.json.generation_id);
    await time.forward(23 * hourMs);
    await test.database.call("genbff_retain", { p_large_ms: 48 * hourMs, p_rows_ms: 720 * hourMs });
    const again = await process.ask("ada", path, body(), key("once"));
    expect(again.json.generation_id).toBe(first.json.generation_id);
    await time.forward(2 * hourMs);
    const later = await process.ask("ada", path, body(), key("once"));
    expect(later.json.generation_id).not.toBe(first.json.generation_id);
  });
});

it("leave another user's task alone", async () => {
  await process.ask("ada", path, body());
  expect(await process.ask("bob", path, body())).toMatchObject({
    status: 409,
    json: { error: "task_id_taken" },
  });
  expect(await started()).toBe(1);
});

it("leave a task alone that another user takes at that moment", async () => {
  const ada = new Client(test.url);
  await ada.connect();
  try {
    await ada.query("begin");
    await ada.query("insert into genbff.tasks (task_id, user_id) values ('task', 'ada')");
    // Bob sees nobody there, and waits for what he cannot see yet.
    const bob = process.ask("bob", path, body());
    const waits =
      "select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";
    await Promise.race([bob, expect.poll(() => test.query(waits), { timeout: 20_000 }).toHaveLength(1)]);
    await ada.query("commit");
    expect(await bob).toMatchObject({ status: 409, json: { error: "task_id_taken" } });
    expect(await started()).toBe(0);
  } finally {
    await ada.end();
  }
});
