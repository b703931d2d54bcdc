import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createTestDatabase, type TestDatabase } from "../testing/embedded/test-database.ts";
import { failure, picture, scriptedProvider } from "../testing/generations/scripted-provider.ts";
import {
  type Answer,
  openScriptedShop,
  type Process,
  type Shop,
} from "../testing/generations/scripted-shop.ts";
import { type FrozenClock, freezeClock } from "../testing/generations/virtual-time.ts";

// The limit over HTTP: two processes on one Postgres, each told the same.

const price = 5;
const perMinute = 3;
const vendor = scriptedProvider({ offers: ["text-to-image", "image-to-image"] });
const sick = scriptedProvider({
  offers: ["text-to-image"],
  submit: () => Promise.reject(failure("refused", { code: "provider_failed" })),
});
const spare = scriptedProvider({ offers: ["text-to-image"], submit: () => picture() });

let test: TestDatabase;
let shop: Shop;
let processes: readonly [Process, Process];
let clock: FrozenClock;
const noon = Date.parse("2030-01-01T12:00:00Z");
beforeAll(async () => {
  test = await createTestDatabase();
  // A slow machine must not give places back by its slowness.
  clock = await freezeClock(test);
  await clock.set(noon);
  shop = await openScriptedShop(test, {
    providers: { vendor: vendor.port, sick: sick.port, spare: spare.port },
    fallback: { "text-to-image": ["sick", "spare"] },
    price,
    signUp: 1000,
    limits: {
      sweepMs: 3_600_000,
      openGenerationsPerUser: 100,
      rates: [
        { group: "pictures", match: [{ provider: "vendor", operation: "text-to-image" }], perMinute },
        { group: "sick", match: [{ provider: "sick" }], perMinute: 1 },
        { group: "others", match: [{ provider: "vendor" }, { provider: "spare" }], perMinute: 2 },
      ],
    },
  });
  processes = [await shop.open(), await shop.open()];
});
afterAll(async () => {
  await shop.close();
  expect(await test.database.call("genbff_violations", {})).toEqual([]);
  await test.close();
});

let tasks = 0;
const start = (
  user: string,
  { key, process = 0, provider = "vendor" }: { key?: string; process?: 0 | 1; provider?: string | null } = {},
) =>
  processes[process].ask(
    user,
    "/generate/text-to-image",
    { task_id: key ?? `t${tasks++}`, prompt: "a lamp", ...(provider === null ? {} : { provider }) },
    key === undefined ? {} : { "idempotency-key": key },
  );

const rateOf = ({ headers }: Answer) =>
  ["limit", "remaining", "reset"].map((part) => headers.get(`ratelimit-${part}`));
const statuses = (answers: readonly Answer[]) => answers.map(({ status }) => status).sort();

it("is exact over two processes: forty at once start as many as may, and only those are paid for", async () => {
  const answers = await Promise.all(
    Array.from({ length: 40 }, (_, index) => start("ada", { process: index % 2 === 0 ? 0 : 1 })),
  );
  expect(statuses(answers)).toEqual([...Array(perMinute).fill(202), ...Array(40 - perMinute).fill(429)]);
  expect(new Set(answers.flatMap(({ status, json }) => (status === 429 ? [json.error] : [])))).toEqual(
    new Set(["rate_limited"]),
  );
  // What was started told apart how many were left, each its own number.
  const left = answers.flatMap((answer) => (answer.status === 202 ? [rateOf(answer)[1]] : []));
  expect(left.sort()).toEqual(["0", "1", "2"]);
  expect(
    await test.query(
      `select count(*)::int generations, sum(price_credits)::int credits,
              (select count(*)::int from genbff.tasks where user_id = 'ada') tasks
         from genbff.generations where user_id = 'ada'`,
    ),
  ).toEqual([{ generations: perMinute, credits: perMinute * price, tasks: perMinute }]);
});

it("answers 429 with when to come back: in the header, in the body, and for RateLimit readers", async () => {
  const first = await start("bob");
  expect(rateOf(first)).toEqual(["3", "2", "60"]);
  await clock.set(noon + 12_300);
  expect(statuses(await Promise.all([start("bob"), start("bob")]))).toEqual([202, 202]);
  const refused = await start("bob", { process: 1 });
  expect([refused.status, refused.headers.get("retry-after"), rateOf(refused)]).toEqual([
    429,
    "48",
    ["3", "0", "48"],
  ]);
  expect(refused.json).toMatchObject({
    error: "rate_limited",
    details: { retry_after_s: 48, limit: 3, remaining: 0, reset_s: 48 },
  });
  expect(JSON.stringify(refused.json), "names of groups are the team's own").not.toContain("pictures");
  await clock.set(noon + 12_300 + 47_000);
  expect((await start("bob")).status).toBe(429);
  await clock.set(noon + 12_300 + 48_000);
  expect((await start("bob", { process: 1 })).status).toBe(202);
});

it("tells a repeat what it told the first, and does not count it", async () => {
  const first = await start("cid", { key: "cid-1" });
  for (const process of [0, 1, 0, 1] as const) {
    const again = await start("cid", { key: "cid-1", process });
    expect(again.headers.get("idempotency-replayed")).toBe("true");
    expect([again.json, rateOf(again)]).toEqual([first.json, rateOf(first)]);
  }
  expect(rateOf(await start("cid"))[1]).toBe("1");
});

it("counts a retry, by what it repeats", async () => {
  const made = await start("dan");
  await shop.endOf(processes[0], "dan", made.json.generation_id);
  const retry = () => processes[1].ask("dan", `/generations/${made.json.generation_id}/retry`, {});
  const answers = [await retry(), await retry(), await retry()];
  expect(answers.map(({ status }) => status)).toEqual([202, 202, 429]);
  expect(answers.map((answer) => rateOf(answer)[1])).toEqual(["1", "0", "0"]);
});

it("does not count what is refused for its content", async () => {
  for (let times = 0; times < 5; times++) {
    const answer = await processes[0].ask("eve", "/generate/text-to-image", {
      task_id: "eve",
      provider: "vendor",
      prompt: 7,
    });
    expect([answer.status, rateOf(answer)]).toEqual([400, [null, null, null]]);
  }
  expect(rateOf(await start("eve"))[1]).toBe("2");
});

describe("the groups", () => {
  it("count each start once, for the first limit that fits", async () => {
    const other = () =>
      processes[0].ask("fay", "/generate/image-to-image", {
        task_id: `t${tasks++}`,
        provider: "vendor",
        prompt: "a lamp",
        input_image_asset_url: picked,
      });
    const picture = await shop.make(processes[0], "fay", "text-to-image", {
      prompt: "x",
      provider: "vendor",
    });
    const picked = picture.assets[0].asset_id;
    expect(rateOf(await other())).toEqual(["2", "1", "60"]);
    expect(rateOf(await start("fay"))[1]).toBe("1");
    expect(statuses([await other(), await other()])).toEqual([202, 429]);
    expect((await start("fay")).status).toBe(202);
  });

  it("count a start that names no provider for the first that is asked, whoever makes it in the end", async () => {
    const made = await start("gus", { provider: null });
    expect(rateOf(made)).toEqual(["1", "0", "60"]);
    const ended = await shop.endOf(processes[0], "gus", made.json.generation_id);
    expect(ended).toMatchObject({ provider: "spare", status: "complete" });
    expect((await start("gus", { provider: null })).status).toBe(429);
    expect(rateOf(await start("gus", { provider: "spare" }))).toEqual(["2", "1", "60"]);
  });
});
