import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createBff } from "../create-bff.ts";
import type { WebhookRequest } from "../providers/port.ts";
import { createTestDatabase, type TestDatabase } from "../testing/embedded/test-database.ts";
import { memoryStore } from "../testing/generations/memory-store.ts";
import { picture, running, scriptedProvider } from "../testing/generations/scripted-provider.ts";
import { watchLeaks } from "../testing/leaks/watch-leaks.ts";

// The door that vendors knock at (`reliability-spec.md` 2.5, 7 and 8.5).

const seen: WebhookRequest[] = [];
const urls: (string | undefined)[] = [];
let finished = false;
let keysAreDown = false;
/** What a job is called, where no body could say it. */
let tooOdd: string | undefined;
const tripo = scriptedProvider({
  submit(job) {
    urls.push(job.webhookUrl);
    return running(job.generationId, 600_000);
  },
  check: async ({ key }) => (finished ? picture() : running(key, 600_000)),
  port: {
    async verifyWebhook(request) {
      seen.push(request);
      if (keysAreDown) throw new Error("the vendor's keys could not be read");
      const [signature, said = "", event = said] = new TextDecoder().decode(request.body).split("\n");
      const key = tooOdd ?? said;
      return signature === "signed" ? { eventId: event, jobKey: key, job: { key } } : undefined;
    },
  },
});
const silent = scriptedProvider({
  submit(job) {
    urls.push(job.webhookUrl);
    return picture();
  },
});

let test: TestDatabase;
const secret = "a secret of at least thirty-two letters";
const watch = watchLeaks({ secrets: [secret], vendorsAreNamed: true });
const open = (publicUrl?: string) =>
  createBff({
    database: { ...test.database, close: async () => undefined },
    storage: memoryStore(),
    auth: {
      authenticate: async () => ({ userId: "alice", admin: false, expiresAt: Date.now() + 3_600_000 }),
    },
    providers: { tripo: tripo.port, twin: tripo.port, silent: silent.port } as never,
    prices: { "text-to-image": { tripo: "picture", twin: "picture", silent: "picture" } } as never,
    secret,
    publicUrl,
    credits: { signUp: 100 },
    limits: { webhookBytesMax: 1000, watchTickMs: 30 },
    logger: watch.logger({ debug() {}, info() {}, warn() {}, error() {} }),
  });
let bff: ReturnType<typeof open>;
let secretUrl: string;
beforeAll(async () => {
  test = await createTestDatabase();
  await test.database.call("genbff_set_operation_cost", { p_key: "picture", p_credits: 5 });
  bff = open("https://app.example.com");
  secretUrl = await bff.webhookUrl("tripo");
});
afterAll(async () => {
  await bff.stop(1000);
  await test.close();
  watch.end();
});
beforeEach(() => {
  seen.splice(0);
  urls.splice(0);
  [finished, keysAreDown] = [false, false];
});

const answer = watch.fetch((request) => bff.fetch(request));
const post = async (url: string, body: string) => {
  const response = await answer(new Request(url, { method: "POST", body }));
  return { status: response.status, json: (await response.json()) as { error?: string } };
};
const start = async (provider: string) => {
  const response = await answer(
    new Request("https://app.example.com/api/generate/text-to-image", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ task_id: crypto.randomUUID(), prompt: "a lamp", provider }),
    }),
  );
  return ((await response.json()) as { generation_id: string }).generation_id;
};
const statusOf = async (id: string) =>
  (await answer(new Request(`https://app.example.com/api/tasks/${id}/status`))).json();
/** Which generation an address was given for. */
const namedIn = (url: string | undefined) => {
  const [payload = ""] = (url ?? "").split("/").at(-1)?.split(".") ?? [];
  return (JSON.parse(Buffer.from(payload, "base64url").toString() || "[]") as string[])[1];
};
const inbox = () => test.query("select event_id, job_key, payload from genbff.webhook_inbox");

describe("an address", () => {
  it("is always the same for an operator, another one for each generation, and of a provider that proves what it sends", async () => {
    expect(await bff.webhookUrl("tripo")).toBe(secretUrl);
    expect(secretUrl).toMatch(/^https:\/\/app\.example\.com\/api\/webhooks\/tripo\/[\w.-]{40,}$/);
    await expect(bff.webhookUrl("silent")).rejects.toThrow("takes no webhooks");
    await start("tripo");
    await start("tripo");
    await expect.poll(() => urls.length).toBe(2);
    expect(new Set([...urls, secretUrl]).size).toBe(3);
    await start("silent");
    await expect.poll(() => urls.length).toBe(3);
    expect(urls[2]).toBeUndefined();
  });

  it.each([
    undefined,
    "http://app.example.com",
    "https://localhost:8787",
    "https://10.0.0.7",
    "https://bff.internal",
  ])("is not given where no vendor could reach it: %s", async (publicUrl) => {
    await expect(open(publicUrl).webhookUrl("tripo")).rejects.toThrow("publicUrl");
  });
});

describe("a webhook", () => {
  it("is given to its provider byte for byte, and moves the generation at once", async () => {
    const id = await start("tripo");
    await expect.poll(() => urls.length).toBe(1);
    await expect
      .poll(() =>
        test.query("select from genbff.attempts where generation_id = $1 and job_key is not null", [id]),
      )
      .toHaveLength(1);
    finished = true;
    // Another line end and a letter of two bytes: what is signed is bytes, not text.
    const body = `signed\n${id}\n${id}-é\r`;
    expect(await post(secretUrl, body)).toEqual({ status: 200, json: { received: true } });
    expect(new TextDecoder().decode(seen[0]?.body)).toBe(body);
    expect(Math.abs((seen[0]?.now ?? 0) - Date.now())).toBeLessThan(300_000);
    await expect.poll(() => statusOf(id)).toMatchObject({ status: "complete" });
  });

  it("of nobody's job is kept and answered well, once however often it comes", async () => {
    for (let times = 0; times < 3; times++)
      expect((await post(secretUrl, "signed\nnobody's\nevent-1")).status).toBe(200);
    const long = "e".repeat(400);
    expect((await post(secretUrl, `signed\nnobody's\n${long}`)).status).toBe(200);
    const rows = (await inbox()).filter((row) => row.job_key === "nobody's");
    expect(rows).toHaveLength(2);
    expect(rows[0]).toEqual({
      event_id: "event-1",
      job_key: "nobody's",
      payload: { job: { key: "nobody's" } },
    });
  });

  it.each([
    ["U+0000", "a\0b"],
    ["half a character", "a\ud800"],
    ["more than an index can hold", Array.from({ length: 400 }, () => crypto.randomUUID()).join("")],
  ])("of a job whose name no database could keep is answered well, and forgotten: %s", async (_, name) => {
    const before = await inbox();
    tooOdd = name;
    expect(await post(secretUrl, "signed\nodd")).toEqual({ status: 200, json: { received: true } });
    tooOdd = undefined;
    expect(await inbox()).toEqual(before);
  });

  it("that is not proven is refused, and leaves nothing", async () => {
    const before = await inbox();
    const base = "https://app.example.com/api/webhooks";
    const secret = secretUrl.split("/").at(-1) as string;
    for (const url of [
      `${base}/tripo/guess`,
      `${base}/tripo/${secret.slice(0, -2)}AA`,
      `${base}/twin/${secret}`,
      `${base}/silent/${secret}`,
      `${base}/nobody/${secret}`,
      `${base}/constructor/${secret}`,
    ]) {
      expect(await post(url, "signed\nx")).toMatchObject({
        status: 401,
        json: { error: "invalid_signature" },
      });
    }
    expect(seen).toEqual([]);
    expect(await post(secretUrl, "forged\nx")).toMatchObject({
      status: 401,
      json: { error: "invalid_signature" },
    });
    expect(await post(secretUrl, "")).toMatchObject({ status: 401 });
    expect(await post(secretUrl, `signed\n${"x".repeat(1000)}`)).toMatchObject({
      status: 413,
      json: { error: "payload_too_large" },
    });
    expect(await inbox()).toEqual(before);
  });

  it("at the address of one generation moves no other one, and is kept", async () => {
    const [own, other] = [await start("tripo"), await start("tripo")];
    const jobOf = (id: string) =>
      test.query("select from genbff.attempts where generation_id = $1 and job_key is not null", [id]);
    for (const id of [own, other]) await expect.poll(() => jobOf(id), { timeout: 20_000 }).toHaveLength(1);
    finished = true;
    const address = urls.find((url) => namedIn(url) === own) ?? "";
    const nudged = () => test.query("select id from genbff.generations where nudged or status = 'complete'");
    const before = await nudged();
    expect((await post(address, `signed\n${other}\nmisled`)).status).toBe(200);
    expect(await nudged()).toEqual(before);
    expect((await inbox()).map(({ event_id }) => event_id)).toContain("misled");
    expect((await post(address, `signed\n${own}\nright`)).status).toBe(200);
    await expect.poll(() => statusOf(own), { timeout: 20_000 }).toMatchObject({ status: "complete" });
    expect(await statusOf(other)).toMatchObject({ status: "processing" });
  });

  it.each([
    ["at its limit", 1000, 200],
    ["a byte over it", 1001, 413],
  ])("is read to %s, whether it says its length or not", async (_, bytes, status) => {
    const text = `signed\nnobody's\n${crypto.randomUUID()}`.padEnd(bytes, "x");
    expect((await post(secretUrl, text)).status).toBe(status);
    const request = { method: "POST", body: new Blob([text]).stream(), duplex: "half" } as RequestInit;
    expect((await bff.fetch(new Request(secretUrl, request))).status).toBe(status);
  });

  it("that cannot be proven now is asked for again", async () => {
    keysAreDown = true;
    expect(await post(secretUrl, "signed\nlater")).toMatchObject({
      status: 503,
      json: { error: "unavailable" },
    });
    keysAreDown = false;
    expect((await post(secretUrl, "signed\nlater")).status).toBe(200);
  });

  it("is part of the contract", async () => {
    const response = await bff.fetch(new Request("https://app.example.com/api/openapi.json"));
    const { paths } = (await response.json()) as { paths: Record<string, { post: { responses: object } }> };
    expect(Object.keys(paths["/webhooks/{provider}/{secret}"]?.post.responses ?? {})).toEqual(
      expect.arrayContaining(["200", "401", "413"]),
    );
  });
});
