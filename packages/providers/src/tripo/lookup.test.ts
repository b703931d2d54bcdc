import { HttpResponse, http } from "msw";
import { setupServer } from "msw/node";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { failureOf } from "../conformance/buy.ts";
import { tripo } from "./index.ts";

const baseUrl = "https://vendor.invalid/v3";
const server = setupServer();
beforeAll(() => server.listen({ onUnhandledFrame: "error" }));
afterEach(() => server.resetHandlers());
afterAll(() => server.close());

const intentAt = Date.now() - 60_000;
const body = { model: "v3.1-20260211", prompt: "a lamp" };
const lost = { request: { path: "generation/text-to-model", body }, clientReference: "ref", intentAt };
const silent = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};
const context = { signal: new AbortController().signal, logger: silent };
const search = (settings: { lookupSettleMs?: number } = {}) =>
  tripo({ apiKey: "tsk_key", baseUrl, ...settings }).lookup?.(lost, context);

interface Task {
  id: string;
  /** Seconds after the intent. */
  at: number;
  type?: string;
  input?: object;
}

/** A vendor whose account lists these tasks, newest first. Returns the paths that were asked for. */
function account(
  tasks: readonly Task[],
  { date, shape = "map", most = 200 }: { date?: string; shape?: "list" | "map"; most?: number } = {},
): string[] {
  const asked: string[] = [];
  // As late as can be: a machine that is busy between must not look like a slow clock of the vendor's.
  const says = () => ({ headers: { date: date ?? new Date().toUTCString() } });
  server.use(
    http.get(`${baseUrl}/*`, ({ request }) => {
      const url = new URL(request.url);
      asked.push(`${url.pathname.slice(4)}${url.search}`);
      if (url.pathname.endsWith("/account/usage")) {
        const [offset, limit] = [url.searchParams.get("offset"), url.searchParams.get("limit")].map(Number);
        const end = (offset ?? 0) + Math.min(most, limit ?? 0);
        const rows = tasks.slice(offset, end).map(({ id, at, type }) => ({
          task_id: id,
          type: type ?? "text_to_model",
          status: "queued",
          created_at: new Date(intentAt + at * 1000).toISOString(),
        }));
        return HttpResponse.json({ code: 0, data: { usage: rows } }, says());
      }
      return HttpResponse.json({ code: 2001 }, { status: 404, ...says() });
    }),
    http.post(`${baseUrl}/tasks/list`, async ({ request }) => {
      const { task_ids: ids } = (await request.json()) as { task_ids: string[] };
      asked.push(`tasks/list ${ids.join(" ")}`);
      const found = tasks.filter(({ id, input }) => ids.includes(id) && input !== undefined);
      const details = found.map(({ id, input }) => ({ task_id: id, status: "queued", input }));
      const missed = ids.filter((id) => !found.some((task) => task.id === id));
      const data = {
        tasks: shape === "list" ? details : Object.fromEntries(details.map((task) => [task.task_id, task])),
        missed,
      };
      return HttpResponse.json({ code: 0, data }, says());
    }),
  );
  return asked;
}

describe("lookup", () => {
  it.each(["list", "map"] as const)("reads tasks that come as a %s", async (shape) => {
    account([{ id: "ours", at: 1, input: body }], { shape });
    expect(await search()).toMatchObject({ candidates: [{ key: "ours" }], conclusive: true });
  });

  it("passes over what is surely another's, and reads a type that nobody has heard of", async () => {
    const types = [
      "image-to-model",
      "models/texture",
      "rig",
      "TextToModel",
      "generation/text-to-model",
      "made_3d",
    ];
    const asked = account(types.map((type, at) => ({ id: `t${at}`, at, type, input: body })));
    await search();
    expect(asked).toContain("tasks/list t3 t4 t5");
  });

  it("knows work on a model by what it worked on, and remembers what was spent before it", async () => {
    const work = { input: "import-1", model: "v3.0-20250812", texture_prompt: { text: "rust" } };
    account([
      { id: "other", at: 2, type: "texture_model", input: { ...work, input: "import-2" } },
      {
        id: "flat",
        at: 1,
        type: "texture",
        input: { input: "import-1", model: work.model, text_prompt: "rust" },
      },
      {
        id: "former",
        at: 0,
        type: "texture_model",
        input: { ...work, input: undefined, original_model_task_id: "import-1" },
      },
    ]);
    const request = { path: "models/texture", body: work, importCredits: 3 };
    const found = await tripo({ apiKey: "tsk_key", baseUrl }).lookup?.({ ...lost, request }, context);
    const data = { textured: true, work: "models/texture", import_credits: 3 };
    expect(found?.candidates).toEqual([
      { key: "former", data },
      { key: "flat", data },
    ]);
  });

  it("goes on when some of the tasks cannot be read, and then proves nothing", async () => {
    const others = Array.from({ length: 150 }, (_, i) => ({
      id: `t${i}`,
      at: 100 + i,
      input: { ...body, prompt: "x" },
    }));
    account([...others.toReversed(), { id: "ours", at: 1, input: body }]);
    let calls = 0;
    server.use(
      http.post(`${baseUrl}/tasks/list`, () =>
        ++calls === 2 ? HttpResponse.json({ code: 1007 }, { status: 429 }) : undefined,
      ),
    );
    expect(await search()).toMatchObject({ candidates: [{ key: "ours" }], conclusive: false });
    expect(calls).toBe(2);
  });

  it.each([
    ["a refusal", () => HttpResponse.json({ code: 1007 }, { status: 429, headers: { "retry-after": "9" } })],
    ["something else", () => HttpResponse.json({ code: 0, data: { tasks: "soon" } })],
  ])("may be repeated when the tasks are answered with %s", async (_, answer) => {
    account([{ id: "ours", at: 1, input: body }]);
    server.use(http.post(`${baseUrl}/tasks/list`, answer));
    const error = await failureOf(search() as Promise<unknown>);
    expect(error).toMatchObject({ code: "provider_unavailable", outcome: "not_sent" });
  });

  it("proves nothing while a task is told of in no word", async () => {
    account([{ id: "ours", at: 1, input: body }]);
    server.use(
      http.post(`${baseUrl}/tasks/list`, () =>
        HttpResponse.json({ code: 0, data: { tasks: [], missed: [] } }),
      ),
    );
    expect(await search()).toEqual({ candidates: [], conclusive: false });
  });

  it("finds the task with our input, the nearest first", async () => {
    account([
      { id: "later", at: 20, input: body },
      { id: "other", at: 10, input: { ...body, prompt: "a chair" } },
      { id: "ours", at: 1, input: { ...body, texture: true } },
    ]);
    const { candidates, conclusive } = (await search()) ?? {};
    expect(candidates).toEqual([
      { key: "ours", data: { textured: true } },
      { key: "later", data: { textured: true } },
    ]);
    expect(conclusive).toBe(true);
  });

  it("reads only tasks of our type since the intent, less what clocks may differ", async () => {
    const asked = account([
      { id: "a", at: 5, type: "image_to_model", input: body },
      { id: "b", at: 4, type: "text-to-model", input: body },
      { id: "c", at: -100, input: body },
      { id: "d", at: -240, input: body },
    ]);
    expect((await search())?.candidates.map(({ key }) => key)).toEqual(["c", "b"]);
    // The nearest to the intent come first: of many tasks ours is among them.
    expect(asked).toEqual([
      "account/usage?limit=200&offset=0",
      "account/usage?limit=200&offset=4",
      "tasks/list b c",
    ]);
  });

  it("turns pages until they are older than the intent", async () => {
    const old = (count: number, at: number) =>
      Array.from({ length: count }, (_, i) => ({ id: `o${i}`, at: at - i }));
    const newer = Array.from({ length: 250 }, (_, i) => ({
      id: `n${i}`,
      at: 300 - i,
      type: "image_to_model",
    }));
    const asked = account([...newer, { id: "ours", at: 0, input: body }, ...old(800, -200)]);
    expect((await search())?.candidates.map(({ key }) => key)).toEqual(["ours"]);
    expect(asked.filter((path) => path.startsWith("account"))).toEqual([
      "account/usage?limit=200&offset=0",
      "account/usage?limit=200&offset=200",
      "account/usage?limit=200&offset=400",
    ]);
  });

  it("takes a short page for no end: an account may list fewer than were asked for", async () => {
    const rows = Array.from({ length: 120 }, (_, i) => ({
      id: `n${i}`,
      at: 120 - i,
      type: "image_to_model",
    }));
    const asked = account([...rows, { id: "ours", at: 0, input: body }], { most: 50 });
    expect(await search()).toMatchObject({ candidates: [{ key: "ours" }], conclusive: true });
    expect(asked.filter((path) => path.startsWith("account"))).toEqual(
      [0, 50, 100, 121].map((offset) => `account/usage?limit=200&offset=${offset}`),
    );
  });

  it("finds ours in a list whose oldest come first", async () => {
    const old = Array.from({ length: 400 }, (_, i) => ({ id: `o${i}`, at: -9_000 + i }));
    account([...old, { id: "ours", at: 1, input: body }]);
    expect(await search()).toMatchObject({ candidates: [{ key: "ours" }], conclusive: true });
  });

  it("turns ten pages at most, and proves nothing by an account that tells the same page again", async () => {
    const rows = Array.from({ length: 200 }, (_, i) => ({
      id: `n${i}`,
      at: 300 - i,
      type: "image_to_model",
    }));
    const asked = account(Array.from({ length: 20 }, () => rows).flat());
    expect(await search()).toEqual({ candidates: [], conclusive: false });
    expect(asked).toHaveLength(10);
  });

  it("looks further back at a vendor whose clock is slow: our task is dated before our intent there", async () => {
    const slow = (ms: number) => new Date(Date.now() - ms).toUTCString();
    account([{ id: "ours", at: -590, input: body }], { date: slow(600_000) });
    expect((await search())?.candidates.map(({ key }) => key)).toEqual(["ours"]);
    server.resetHandlers();
    account([{ id: "long-gone", at: -590, input: body }], { date: slow(0) });
    expect(await search()).toEqual({ candidates: [], conclusive: true });
  });

  it("proves nothing before the vendor's list and our own request have settled", async () => {
    account([]);
    expect(await search({ lookupSettleMs: 120_000 })).toEqual({ candidates: [], conclusive: false });
    expect(await search({ lookupSettleMs: 30_000 })).toEqual({ candidates: [], conclusive: true });
  });

  it("trusts the earlier of the two clocks", async () => {
    account([], { date: new Date(intentAt + 5_000).toUTCString() });
    expect((await search())?.conclusive).toBe(false);
  });

  it("proves nothing while a task that might be ours cannot be compared", async () => {
    account([{ id: "a", at: 1, input: { model: body.model } }]);
    expect(await search()).toEqual({ candidates: [], conclusive: false });
  });

  it("passes over tasks of other keys, which are listed but cannot be read", async () => {
    account([{ id: "foreign", at: -70 }]);
    expect(await search()).toEqual({ candidates: [], conclusive: true });
    server.resetHandlers();
    account([{ id: "fresh", at: 50 }]);
    expect(await search()).toEqual({ candidates: [], conclusive: false });
  });

  it("proves nothing in an account with more tasks than it reads", async () => {
    account(
      Array.from({ length: 310 }, (_, i) => ({ id: `t${i}`, at: 200 - i, input: { ...body, prompt: "x" } })),
    );
    expect(await search()).toEqual({ candidates: [], conclusive: false });
  });

  it("finds ours among hundreds of others: it reads those that were made when the request left", async () => {
    const others = (count: number, from: number) =>
      Array.from({ length: count }, (_, i) => ({
        id: `t${from - i}`,
        at: from - i,
        input: { ...body, prompt: "x" },
      }));
    const asked = account([...others(400, 430), { id: "ours", at: 2, input: body }, ...others(100, 0)]);
    expect(await search()).toMatchObject({ candidates: [{ key: "ours" }], conclusive: false });
    const lists = asked.filter((path) => path.startsWith("tasks/"));
    expect(lists.map((path) => path.split(" ").length - 1)).toEqual([100, 100, 100]);
    expect(lists[0]).toContain(" ours ");
  });

  it.each([
    ["no list", { code: 0, data: { total: 0 } }],
    ["a list of something else", { code: 0, data: [{ id: 1 }] }],
    ["an error", { code: 1000 }],
  ])("may be repeated when it is answered with %s", async (_, answer) => {
    server.use(http.get(`${baseUrl}/account/usage`, () => HttpResponse.json(answer)));
    const error = await failureOf(search() as Promise<unknown>);
    expect(error).toMatchObject({ code: "provider_unavailable", outcome: "not_sent" });
  });
});
