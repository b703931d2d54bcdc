import { Client } from "pg";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import * as z from "zod";
import { makePng } from "../assets/__fixtures__/media.ts";
import { namedCall } from "../database/named-call.ts";
import type { JsonObject } from "../shared/json.ts";
import { createTestDatabase, type TestDatabase } from "../testing/embedded/test-database.ts";
import { type HostRequest, send } from "../testing/host-request.ts";
import { pictures } from "../testing/host-suite-generations.ts";
import { createTestBff, type TestBff, testPrices } from "../testing/test-bff.ts";
import { testStudio, tinyPng } from "../testing/test-studio.ts";

// What `Idempotency-Key` promises (`reliability-spec.md` section 7), on a real Postgres. Its day is in
// `generations/idempotency-expiry.test.ts`, its races in `generations/requests.test.ts`.

let database: TestDatabase;
let test: TestBff;
const clients: Client[] = [];
/** What genbff_start was told last. */
let told: JsonObject;
const open = async (more: Parameters<typeof createTestBff>[1] = {}) => {
  const listening = {
    ...database.database,
    call: (name: string, args: JsonObject) => {
      if (name === "genbff_start") told = args;
      return database.database.call(name, args);
    },
  };
  return createTestBff(listening, more);
};
beforeEach(async () => {
  database = await createTestDatabase({ max: 16 });
  test = await open();
});
afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.end().catch(() => undefined)));
  await test.stop();
  expect(await database.database.call("genbff_violations", {})).toEqual([]);
  await database.close();
});

const host = () => ({ baseUrl: "http://bff.test/api", fetch: test.bff.fetch, close: async () => undefined });
const ask = async (request: HostRequest) => {
  const response = await send(host(), request);
  const text = await response.text();
  return {
    status: response.status,
    replayed: response.headers.get("idempotency-replayed"),
    location: response.headers.get("location"),
    retryAfter: response.headers.get("retry-after"),
    text,
    json: JSON.parse(text) as { error?: string; status?: string; generation_id: string },
  };
};
const key = { "idempotency-key": "once" };
const words = (fields: object = {}) => pictures({ task_id: "t", ...fields }, { headers: key });
const count = async (table: string) => (await database.query(`select from ${table}`)).length;
/** A connection that has the caller's wallet in hand until it says otherwise. */
async function startElsewhere(args: JsonObject): Promise<Client> {
  const client = new Client(database.url);
  client.on("error", () => undefined);
  clients.push(client);
  await client.connect();
  await client.query("begin");
  const { text, values } = namedCall("genbff_start", args);
  await client.query(text, values as unknown[]);
  return client;
}
const untilSomebodyWaits = () =>
  expect
    .poll(() =>
      database.query(
        "select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'",
      ),
    )
    .not.toHaveLength(0);
describe("a repeat", () => {
  it("is answered with the first answer to the byte, also after the end", async () => {
    const first = await ask(words());
    expect(first).toMatchObject({ status: 202, replayed: null });
    await expect
      .poll(async () => (await ask({ path: "/tasks/t/status" })).json)
      .toMatchObject({ status: "complete" });
    expect(await ask(words())).toEqual({ ...first, replayed: "true" });
    expect(await count("genbff.generations")).toBe(1);
  });

  it("of a retry is one too, and the same key is no other route's", async () => {
    const { json } = await ask(pictures({ task_id: "t" }, { headers: { prefer: "wait=15" } }));
    const retry: HostRequest = {
      method: "POST",
      path: `/generations/${json.generation_id}/retry`,
      headers: key,
    };
    const first = await ask(retry);
    expect(first).toMatchObject({ status: 202, replayed: null });
    expect(await ask(retry)).toEqual({ ...first, replayed: "true" });
    expect(await ask(words())).toMatchObject({ status: 422, json: { error: "idempotency_key_reused" } });
    expect(await count("genbff.generations")).toBe(2);
  });

  it("may write out what it left to the rules, and the other way round", async () => {
    const first = await ask(words());
    const spoken = [{ n: 1 }, { provider: "studio" }, { n: 1, provider: "studio" }, {}];
    for (const fields of spoken) expect(await ask(words(fields))).toEqual({ ...first, replayed: "true" });
    const form = () => {
      const data = new FormData();
      for (const [name, text] of Object.entries({ task_id: "t", prompt: "a cat", n: "1" }))
        data.append(name, text);
      return data;
    };
    const path = "/generate/text-to-image";
    const formed = await ask({ method: "POST", path, headers: key, form });
    expect(formed).toEqual({ ...first, replayed: "true" });
    for (const fields of [{ n: 2 }, { n: 1, quality: "low" }, { task_id: "u" }, { prompt: "a dog", n: 1 }])
      expect(await ask(words(fields))).toMatchObject({
        status: 422,
        json: { error: "idempotency_key_reused" },
      });

    const headers = { "idempotency-key": "another" };
    const whole = { task_id: "t", n: 1, provider: "studio" };
    const written = await ask(pictures(whole, { headers }));
    expect(written).toMatchObject({ status: 202, replayed: null });
    expect(await ask(pictures({ task_id: "t" }, { headers }))).toEqual({ ...written, replayed: "true" });
    expect(await count("genbff.generations")).toBe(2);
  });

  it("is one also where its operation is gone, or its defaults are others by now", async () => {
    const first = await ask(words());
    const retried: HostRequest = {
      method: "POST",
      path: `/generations/${first.json.generation_id}/retry`,
      headers: { "idempotency-key": "retried" },
    };
    await expect.poll(async () => (await ask({ path: "/tasks/t/status" })).json.status).toBe("complete");
    const retry = await ask(retried);
    expect(retry).toMatchObject({ status: 202, replayed: null });
    await test.stop();
    const studio = testStudio();
    const { "text-to-image": pictured, ...others } = studio.offers;
    if (pictured === undefined) throw new Error("the studio makes no pictures");
    const parameters = pictured.parameters.extend({ n: z.int().default(2), steps: z.int().default(9) });
    const changed = { ...studio, offers: { ...others, "text-to-image": { ...pictured, parameters } } };
    test = await open({ studio: changed });
    expect(await ask(words())).toEqual({ ...first, replayed: "true" });
    expect(await ask(retried)).toEqual({ ...retry, replayed: "true" });
    await test.stop();
    test = await open({ studio: { ...studio, offers: others } });
    expect(await ask(words())).toEqual({ ...first, replayed: "true" });
    expect(await ask(retried)).toEqual({ ...retry, replayed: "true" });
    expect(await count("genbff.generations")).toBe(2);
  });

  it("with files is told by their bytes: another name is the same, another byte is not", async () => {
    const form = (bytes: Uint8Array, name: string, more: object = {}): HostRequest => ({
      method: "POST",
      path: "/generate/image-to-image",
      headers: key,
      form() {
        const data = new FormData();
        for (const [field, text] of Object.entries({ task_id: "t", prompt: "a cat", ...more }))
          data.append(field, text);
        data.append("image", new Blob([new Uint8Array(bytes)]), name);
        return data;
      },
    });
    const first = await ask(form(tinyPng, "one.png"));
    expect(first).toMatchObject({ status: 202, replayed: null });
    expect(await ask(form(tinyPng, "two.png"))).toEqual({ ...first, replayed: "true" });
    expect(await ask(form(tinyPng, "two.png", { provider: "studio" }))).toEqual({
      ...first,
      replayed: "true",
    });
    expect(await ask(form(makePng(), "one.png"))).toMatchObject({
      status: 422,
      json: { error: "idempotency_key_reused" },
    });
    expect(await count("public.input_assets")).toBe(1);
  });
});

describe("a refusal", () => {
  it("claims no key: what was wrong can be put right under it", async () => {
    const refused = [
      [words({ prompt: " " }), 400],
      [words({ provider: "nobody" }), 400],
      [{ ...words(), path: "/generate/time-travel" }, 404],
    ] as const;
    for (const [request, status] of refused) expect((await ask(request)).status).toBe(status);

    await ask({ path: "/credits/balance" });
    await database.database.call("genbff_adjust", {
      p_wallet_id: "ada",
      p_amount: -testPrices.signUp,
      p_idempotency_key: "away",
      p_reason: "a test",
      p_actor: "a test",
    });
    expect(await ask(words())).toMatchObject({ status: 402, json: { error: "insufficient_credits" } });
    expect(await count("genbff.idempotency_keys")).toBe(0);

    await database.database.call("genbff_grant", {
      p_wallet_id: "ada",
      p_amount: testPrices.picture,
      p_idempotency_key: "back",
    });
    expect(await ask(words())).toMatchObject({ status: 202, replayed: null });
  });

  it("of the hook is 422, and of a hook that fails 503; neither claims the key", async () => {
    await test.stop();
    let verdict = async (): Promise<boolean> => false;
    const seen: unknown[] = [];
    test = await open({
      hooks: {
        moderate: ({ userId, operation, provider, input, files }) => {
          seen.push({ userId, operation, provider, prompt: input.prompt, files: files.length });
          return verdict();
        },
      },
    });
    expect(await ask(words())).toMatchObject({ status: 422, json: { error: "content_rejected" } });
    verdict = () => Promise.reject(new Error("the judge is away"));
    expect(await ask(words())).toMatchObject({ status: 503, json: { error: "unavailable" } });
    for (const table of ["genbff.generations", "genbff.holds", "genbff.tasks", "genbff.idempotency_keys"])
      expect(await count(table), table).toBe(0);
    verdict = async () => true;
    expect(await ask(words())).toMatchObject({ status: 202, replayed: null });
    expect(await ask(words())).toMatchObject({ status: 202, replayed: "true" });
    const asked = {
      userId: "ada",
      operation: "text-to-image",
      provider: "studio",
      prompt: "a cat",
      files: 0,
    };
    expect(seen).toEqual([asked, asked, asked]);
  });
});

describe("two at once", () => {
  /** Arguments of a start by `ada` whose key is still free. */
  async function prepared(): Promise<JsonObject> {
    const first = await ask(pictures({ task_id: "t" }, { headers: { "idempotency-key": "another" } }));
    expect(first.status).toBe(202);
    return { ...told, p_idempotency_key: "once" };
  }

  it("the second waits for the first, and says what it says", async () => {
    const elsewhere = await startElsewhere(await prepared());
    // It also writes a default out: that is compared under the lock as well.
    const second = ask(words({ n: 1 }));
    await Promise.all([second, untilSomebodyWaits().then(() => elsewhere.query("commit"))]);
    expect(await second).toMatchObject({ status: 202, replayed: "true" });
    expect(await count("genbff.generations")).toBe(2);
  });

  it("the second takes over when the first one dies", async () => {
    const elsewhere = await startElsewhere(await prepared());
    const [{ pid = 0 } = {}] = (await elsewhere.query<{ pid: number }>("select pg_backend_pid() as pid"))
      .rows;
    const second = ask(words());
    await Promise.all([
      second,
      untilSomebodyWaits().then(() => database.query("select pg_terminate_backend($1)", [pid])),
    ]);
    expect(await second).toMatchObject({ status: 202, replayed: null });
    expect(await count("genbff.generations")).toBe(2);
  });

  it("the second is told to come back when the first one takes too long", async () => {
    const elsewhere = await startElsewhere(await prepared());
    const [{ function: start = "" } = {}] = await database.query<{ function: string }>(
      "select oid::regprocedure::text as function from pg_proc where proname = 'genbff_start'",
    );
    await database.query(`alter function ${start} set lock_timeout = '20ms'`);
    const refused = await ask(words());
    expect(refused).toMatchObject({ status: 409, json: { error: "idempotency_in_progress" } });
    expect(Number(refused.retryAfter)).toBeGreaterThanOrEqual(1);
    // Without a key there is nothing that could be in progress.
    expect(await ask(pictures({ task_id: "t" }))).toMatchObject({
      status: 503,
      json: { error: "unavailable" },
    });
    await elsewhere.query("commit");
    expect(await ask(words())).toMatchObject({ status: 202, replayed: "true" });
    expect(await count("genbff.generations")).toBe(2);
  });
});

it("is required where the BFF is told so", async () => {
  await test.stop();
  test = await open({ requireIdempotencyKey: true });
  const refused = { status: 400, json: { error: "invalid_idempotency_key" } };
  expect(await ask(pictures({ task_id: "t" }))).toMatchObject(refused);
  const { json } = await ask(words());
  const retry: HostRequest = { method: "POST", path: `/generations/${json.generation_id}/retry` };
  expect(await ask(retry)).toMatchObject(refused);
  expect(
    await ask({ method: "POST", path: "/quotes", json: { operation: "text-to-image", prompt: "a" } }),
  ).toMatchObject({ status: 200 });
  expect(await count("genbff.generations")).toBe(1);
});
