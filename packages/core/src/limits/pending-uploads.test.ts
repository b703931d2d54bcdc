import { Client } from "pg";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createTestDatabase, type TestDatabase } from "../testing/embedded/test-database.ts";
import { codeOf, openBook } from "../testing/generations/book.ts";
import { scriptedProvider } from "../testing/generations/scripted-provider.ts";
import { openScriptedShop, type Process, type Shop } from "../testing/generations/scripted-shop.ts";

// What one user's unfinished uploads may hold of the storage, over two processes on one Postgres.

const megabyte = 1_000_000;
let test: TestDatabase;
let shop: Shop;
let processes: readonly [Process, Process];
beforeAll(async () => {
  test = await createTestDatabase();
  shop = await openScriptedShop(test, {
    providers: { vendor: scriptedProvider().port },
    limits: { sweepMs: 3_600_000, pendingUploadBytesPerUser: 5 * megabyte },
  });
  processes = [await shop.open(), await shop.open()];
});
afterAll(async () => {
  await shop.close();
  await test.close();
});

const reserve = (user: string, bytes: number, process: 0 | 1 = 0) =>
  processes[process].ask(user, "/uploads", { filename: "a.png", content_type: "image/png", bytes });
const statuses = (answers: readonly { readonly status: number }[]) =>
  answers.map(({ status }) => status).sort();

it("are refused beyond their bytes, whoever else uploads, and leave no row", async () => {
  expect((await reserve("ada", 3 * megabyte)).status).toBe(201);
  const refused = await reserve("ada", 3 * megabyte);
  expect([refused.status, refused.json.error]).toEqual([429, "rate_limited"]);
  expect(Number(refused.headers.get("retry-after"))).toBeGreaterThanOrEqual(1);
  expect(refused.headers.has("ratelimit-limit")).toBe(false);
  expect((await reserve("bob", 3 * megabyte)).status).toBe(201);
  expect((await reserve("ada", 2 * megabyte, 1)).status).toBe(201);
  expect((await reserve("ada", 1)).status).toBe(429);
  expect(await test.query("select count(*)::int from public.input_assets where user_id = 'ada'")).toEqual([
    { count: 2 },
  ]);
});

it("are limited in number by counting the small ones as a megabyte, exactly, however many come at once", async () => {
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, index) => reserve("cid", 1, index % 2 === 0 ? 0 : 1)),
  );
  expect(statuses(answers)).toEqual([...Array<number>(5).fill(201), ...Array<number>(15).fill(429)]);
});

it("make room when they are finished or given up", async () => {
  const first = await reserve("dan", 5 * megabyte);
  expect((await reserve("dan", 1)).status).toBe(429);
  await openBook(test).call("abandon_inputs", { p_older_ms: 0, p_count: 100 });
  expect((await reserve("dan", 5 * megabyte)).status).toBe(201);
  expect(first.status).toBe(201);
});

it("see what one that came a moment earlier has reserved and not yet committed", async () => {
  const args = (name: string) => ({
    p_user_id: "eve",
    p_id: crypto.randomUUID(),
    p_task_id: null,
    p_type: "image",
    p_storage_key: name,
    p_asset_url: name,
    p_filename: name,
    p_content_type: "image/png",
    p_bytes: 3 * megabyte,
    p_pending_bytes_max: 5 * megabyte,
  });
  const named = Object.keys(args("")).map((name, index) => `${name} => $${index + 1}`);
  const first = new Client(test.url);
  await first.connect();
  await first.query("begin");
  await first.query(`select public.genbff_reserve_input(${named.join(", ")})`, Object.values(args("first")));
  let settled = false;
  const second = codeOf(openBook(test).call("reserve_input", args("second"))).finally(() => {
    settled = true;
  });
  const waits =
    "select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";
  while (!settled && (await test.query(waits)).length === 0)
    await new Promise((resolve) => setTimeout(resolve, 10));
  await first.query("commit");
  await first.end();
  expect(await second).toBe("rate_limited");
});
