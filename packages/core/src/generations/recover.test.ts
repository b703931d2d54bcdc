import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { ProviderAnswer, ProviderPort } from "../providers/port.ts";
import { createTestDatabase, type TestDatabase } from "../testing/embedded/test-database.ts";
import type { Death } from "../testing/generations/mortal-database.ts";
import { failure, picture, running, scriptedProvider } from "../testing/generations/scripted-provider.ts";
import { openScriptedShop, type Process, type Shop } from "../testing/generations/scripted-shop.ts";

// Crash points C5 to C7, and an answer that gets lost on the line, by what the vendor is capable of.

/** A vendor whose answers can get lost after it has sold, or before. Who has a key gets one job for it, for ever. */
function vendorWith(port: Partial<ProviderPort>, options: { keyed?: boolean } = {}) {
  const sold = new Map<string, string>();
  const urls: string[] = [];
  const requests: unknown[] = [];
  let lose: "before" | "after" | "after, always" | undefined;
  const vendor = scriptedProvider({
    submit(job, _count, _given, prepared): ProviderAnswer {
      requests.push([job.attempt, job.clientReference, job.files.length, prepared.request]);
      if (job.webhookUrl !== undefined) urls.push(job.webhookUrl);
      const lost = lose;
      if (lost !== "after, always") lose = undefined;
      if (lost === "before") throw failure("unknown");
      const key = options.keyed ? job.clientReference : crypto.randomUUID();
      const job_ = sold.get(key) ?? crypto.randomUUID();
      sold.set(key, job_);
      if (lost !== undefined) throw failure("unknown");
      return running(job_, 10);
    },
    check: async () => picture(),
    port,
  });
  return {
    port: vendor.port,
    sold,
    urls,
    requests,
    submissions: vendor.submissions,
    lose: (how: typeof lose) => {
      lose = how;
    },
    forget() {
      lose = undefined;
      sold.clear();
      urls.splice(0);
      requests.splice(0);
      vendor.submissions.splice(0);
    },
  };
}

const keyed = vendorWith({ idempotencyKeyLifetimeMs: 3_600_000 }, { keyed: true });
const forgetful = vendorWith({ idempotencyKeyLifetimeMs: 0 }, { keyed: true });
const listed = vendorWith({
  lookup: async () => ({ candidates: [...listed.sold.values()].map((key) => ({ key })), conclusive: true }),
});
let searches = 0;
/** Its first list comes out of a cache. */
const lagging = vendorWith({
  lookup: async () => ({
    candidates: searches++ === 0 ? [] : [...lagging.sold.values()].map((key) => ({ key })),
    conclusive: true,
  }),
});
const telling = vendorWith({
  async verifyWebhook({ headers, body }) {
    const { key, event = key } = JSON.parse(new TextDecoder().decode(body)) as {
      key: string;
      event?: string;
    };
    if (headers.get("signature") !== "good") return undefined;
    return { eventId: event, jobKey: key, job: { key } };
  },
});
const cheap = vendorWith({ resubmitOnUnknown: true });
const mute = vendorWith({});
const vendors = { keyed, forgetful, listed, lagging, telling, cheap, mute };
type Name = keyof typeof vendors;

/** So long that nobody has waited for it: it is over where a test says so. */
const graceMs = 600_000;

let test: TestDatabase;
let shop: Shop;
beforeAll(async () => {
  test = await createTestDatabase({ max: 32 });
  shop = await openScriptedShop(test, {
    providers: Object.fromEntries(Object.entries(vendors).map(([name, { port }]) => [name, port])),
    publicUrl: "https://shop.example.com",
    limits: { webhookGraceMs: graceMs },
    signUp: 1000,
  });
});
beforeEach(() => {
  for (const vendor of Object.values(vendors)) vendor.forget();
});
afterEach(async () => {
  expect(await test.database.call("genbff_violations", {})).toEqual([]);
});
afterAll(async () => {
  await shop.close();
  await test.close();
});

const start = async (process: Process, provider: Name) =>
  (
    await process.ask("alice", "/generate/text-to-image", {
      task_id: crypto.randomUUID(),
      prompt: "a lamp",
      provider,
    })
  ).json.generation_id as string;
const orphansOf = (id: string) =>
  test.query(
    "select attempt, provider, job ->> 'key' as job, reason, state from genbff.orphans where generation_id = $1",
    [id],
  );
const attemptsOf = (id: string) =>
  test.query("select attempt, outcome from genbff.attempts where generation_id = $1 order by attempt", [id]);

/** What the vendor sends to an address, as an HTTP request. */
async function tell(process: Process, url: string, body: object, signature = "good") {
  const response = await process.bff.fetch(
    new Request(url, { method: "POST", body: JSON.stringify(body), headers: { signature } }),
  );
  return { status: response.status, json: await response.json() };
}
const until = async (condition: () => boolean | Promise<boolean>) => {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 5));
};
const stepOf = async (id: string) =>
  (await test.query<{ step: string }>("select step from genbff.generations where id = $1", [id]))[0]?.step;

/** The time passes in which the vendor might still have told: it is waited for until the last minutes, and then no more. */
async function graceEnds(id: string) {
  const lastMs = 120_000;
  await waits(id);
  await passes(id, graceMs - lastMs);
  await waits(id);
  await passes(id, lastMs);
}

async function waits(id: string) {
  const waiting =
    "select from genbff.generations where id = $1 and status = 'processing' and step = 'submit_unknown' and lease_expires_at is null and next_run_at > genbff.now()";
  await until(async () => (await test.query(waiting, [id])).length === 1);
}

/** The intent is that much older, and whoever waits looks again. */
async function passes(id: string, ms: number) {
  await test.query(
    "update genbff.attempts set intent_at = intent_at - $2 * interval '1 millisecond' where generation_id = $1",
    [id, ms],
  );
  await test.query("update genbff.generations set next_run_at = genbff.now() where id = $1", [id]);
}

/** Runs one to its end over a death, or over an answer that got lost; a second process goes on. */
async function survive(
  provider: Name,
  trouble: Death | "before" | "after",
  meanwhile?: (process: Process, id: string) => Promise<void>,
) {
  const dies = typeof trouble !== "string";
  const first = await (dies ? shop.openMortal(trouble) : shop.open());
  if (!dies) vendors[provider].lose(trouble);
  const id = await start(first, provider);
  if (dies) await shop.leasesRunOut();
  const second = await shop.open();
  await meanwhile?.(second, id);
  const end = await shop.endOf(second, "alice", id);
  await Promise.all([first.bff.stop(200), second.bff.stop(2000)]);
  return { end, id };
}

const intentLeft: Death = { at: "genbff_intent", when: "after" };
const answerUnwritten: Death = { at: "genbff_record", when: "before" };

describe("a vendor that keeps a key", () => {
  it.each([
    ["the request never left", intentLeft, 1],
    ["its answer was not written down", answerUnwritten, 2],
    ["it was lost on the way there", "before", 2],
    ["its answer was lost on the way back", "after", 2],
  ] as const)("is sent the same request again, and sells once: %s", async (_, trouble, sent) => {
    const { end, id } = await survive("keyed", trouble);
    expect(end).toMatchObject({ status: "complete", credits: { charged: 5 } });
    expect(keyed.sold.size).toBe(1);
    expect(keyed.requests).toHaveLength(sent);
    expect(new Set(keyed.requests.map((each) => JSON.stringify(each))).size).toBe(1);
    expect(await attemptsOf(id)).toHaveLength(1);
    expect(await orphansOf(id)).toEqual([]);
  });

  it("is not sent it again once it has forgotten the key", async () => {
    const { end, id } = await survive("forgetful", "after");
    expect(end).toMatchObject({ status: "failed", error: { error: "submission_unknown" } });
    expect(forgetful.submissions).toHaveLength(1);
    expect(await orphansOf(id)).toHaveLength(1);
  });
});

describe("a vendor that can be asked", () => {
  it.each([
    ["the request never left", intentLeft, 1],
    ["its answer was not written down", answerUnwritten, 1],
    ["its answer was lost", "after", 1],
  ] as const)("sells once: %s", async (_, trouble, sent) => {
    const { end, id } = await survive("listed", trouble);
    expect(end).toMatchObject({ status: "complete", credits: { charged: 5 } });
    expect(listed.submissions).toHaveLength(sent);
    expect(listed.sold.size).toBe(1);
    expect(await orphansOf(id)).toEqual([]);
  });

  it("is asked twice before it is believed that nothing was bought", async () => {
    const { end } = await survive("lagging", "after");
    expect(end).toMatchObject({ status: "complete", credits: { charged: 5 } });
    expect(searches).toBe(2);
    expect(lagging.sold.size).toBe(1);
  });
});

describe("a vendor that tells by webhook", () => {
  it.each([
    ["its answer was not written down", answerUnwritten],
    ["its answer was lost", "after"],
  ] as const)("is heard at the generation's own address: %s", async (_, trouble) => {
    const { end, id } = await survive("telling", trouble, async (process, id) => {
      await until(async () => (await stepOf(id)) === "submit_unknown");
      const [url = ""] = telling.urls;
      const [key = ""] = telling.sold.values();
      expect(await tell(process, url, { key }, "bad")).toMatchObject({
        status: 401,
        json: { error: "invalid_signature" },
      });
      expect(await tell(process, url, { key })).toEqual({ status: 200, json: { received: true } });
      expect(await tell(process, url, { key })).toEqual({ status: 200, json: { received: true } });
    });
    expect(end).toMatchObject({ status: "complete", credits: { charged: 5 } });
    expect(await attemptsOf(id)).toEqual([{ attempt: 1, outcome: "done" }]);
    expect(telling.submissions).toHaveLength(1);
    expect(await orphansOf(id)).toEqual([]);
  });

  it("is heard where it tells before anybody knows that its answer is lost", async () => {
    const first = await shop.openMortal(answerUnwritten);
    const id = await start(first, "telling");
    await first.died;
    const second = await shop.open();
    const [key = ""] = telling.sold.values();
    expect((await tell(second, telling.urls[0] ?? "", { key })).status).toBe(200);
    await shop.leasesRunOut();
    expect(await shop.endOf(second, "alice", id)).toMatchObject({ status: "complete" });
    await Promise.all([first.bff.stop(), second.bff.stop()]);
    expect(await attemptsOf(id)).toEqual([{ attempt: 1, outcome: "done" }]);
  });

  it("is waited for until the grace is over, and believed by the operator alone after it", async () => {
    const { end, id } = await survive("telling", "after", (_, id) => graceEnds(id));
    expect(end).toMatchObject({
      status: "failed",
      error: { error: "submission_unknown" },
      credits: { charged: 0 },
    });
    const process = await shop.open();
    const [key = ""] = telling.sold.values();
    expect((await tell(process, telling.urls[0] ?? "", { key })).status).toBe(200);
    expect(await orphansOf(id)).toEqual([
      { attempt: 1, provider: "telling", job: key, reason: "submission_unknown", state: "open" },
    ]);
    await process.bff.stop();
  });

  it("cannot give a generation the job of another one", async () => {
    const process = await shop.open();
    const other = await start(process, "telling");
    await shop.endOf(process, "alice", other);
    const [taken = ""] = telling.sold.values();
    telling.lose("after");
    const id = await start(process, "telling");
    await until(async () => (await stepOf(id)) === "submit_unknown");
    expect((await tell(process, telling.urls[1] ?? "", { key: taken })).status).toBe(200);
    await graceEnds(id);
    expect(await shop.endOf(process, "alice", id)).toMatchObject({ error: { error: "submission_unknown" } });
    await process.bff.stop();
  });
});

describe("a vendor that can do nothing of this", () => {
  it("is asked once: the generation ends unpaid, with an orphan", async () => {
    for (const trouble of [intentLeft, answerUnwritten, "after"] as const) {
      mute.forget();
      const { end, id } = await survive("mute", trouble);
      expect(end).toMatchObject({
        status: "failed",
        error: { error: "submission_unknown" },
        credits: { charged: 0 },
      });
      expect(mute.submissions.length).toBeLessThanOrEqual(1);
      expect(await orphansOf(id)).toHaveLength(1);
    }
  });

  it("is asked again as a new attempt where it has said that this costs nothing, and each purchase is known", async () => {
    const { end, id } = await survive("cheap", "after");
    expect(end).toMatchObject({ status: "complete", credits: { charged: 5 } });
    expect(await attemptsOf(id)).toEqual([
      { attempt: 1, outcome: "unknown" },
      { attempt: 2, outcome: "done" },
    ]);
    expect(await orphansOf(id)).toMatchObject([{ attempt: 1, reason: "resubmitted", state: "open" }]);
    cheap.forget();
    cheap.lose("after, always");
    const process = await shop.open();
    const lost = await start(process, "cheap");
    expect(await shop.endOf(process, "alice", lost)).toMatchObject({
      error: { error: "submission_unknown" },
    });
    expect(cheap.submissions).toHaveLength(3);
    expect(await orphansOf(lost)).toHaveLength(3);
    await process.bff.stop();
  });
});
