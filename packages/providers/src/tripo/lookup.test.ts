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
function account(tasks: readonly Task[], date = new Date().toUTCString()): string[] {
  const asked: string[] = [];
  const headers = { date };
  server.use(
    http.get(`${baseUrl}/*`, ({ request }) => {
      const url = new URL(request.url);
      asked.push(`${url.pathname.slice(4)}${url.search}`);
      if (url.pathname.endsWith("/account/usage")) {
        const [offset, limit] = [url.searchParams.get("offset"), url.searchParams.get("limit")].map(Number);
        const rows = tasks.slice(offset, (offset ?? 0) + (limit ?? 0)).map(({ id, at, type }) => ({
          task_id: id,
          type: type ?? "text_to_model",
          status: "queued",
          created_at: new Date(intentAt + at * 1000).toISOString(),
        }));
        return HttpResponse.json({ code: 0, data: { usage: rows } }, { headers });
      }
      const task = tasks.find(({ id }) => url.pathname.endsWith(`/tasks/${id}`));
      if (!task?.input) return HttpResponse.json({ code: 2001 }, { status: 404, headers });
      return HttpResponse.json({ code: 0, data: { status: "queued", input: task.input } }, { headers });
    }),
  );
  return asked;
}

describe("lookup", () => {
  it("finds the task with our input, and remembers when it was taken", async () => {
    account([
      { id: "later", at: 20, input: body },
      { id: "other", at: 10, input: { ...body, prompt: "a chair" } },
      { id: "ours", at: 1, input: { ...body, texture: true } },
    ]);
    const { candidates, conclusive } = (await search()) ?? {};
    expect(candidates).toEqual([
      { key: "ours", data: { taken_at: intentAt + 1_000, textured: true } },
      { key: "later", data: { taken_at: intentAt + 20_000, textured: true } },
    ]);
    expect(conclusive).toBe(true);
  });

  it("reads only tasks of our type since the intent, less what clocks may differ", async () => {
    const asked = account([
      { id: "a", at: 5, type: "image_to_model", input: body },
      { id: "b", at: 4, type: "text-to-model", input: body },
      { id: "c", at: -100, input: body },
      { id: "d", at: -130, input: body },
    ]);
    expect((await search())?.candidates.map(({ key }) => key)).toEqual(["c", "b"]);
    expect(asked).toEqual(["account/usage?limit=200&offset=0", "tasks/c", "tasks/b"]);
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

  it("proves nothing before the vendor's list and our own request have settled", async () => {
    account([]);
    expect(await search({ lookupSettleMs: 120_000 })).toEqual({ candidates: [], conclusive: false });
    expect(await search({ lookupSettleMs: 30_000 })).toEqual({ candidates: [], conclusive: true });
  });

  it("trusts the earlier of the two clocks", async () => {
    account([], new Date(intentAt + 5_000).toUTCString());
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
      Array.from({ length: 70 }, (_, i) => ({ id: `t${i}`, at: 100 - i, input: { ...body, prompt: "x" } })),
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
    const asked = account([...others(100, 130), { id: "ours", at: 2, input: body }, ...others(100, 0)]);
    expect(await search()).toMatchObject({ candidates: [{ key: "ours" }], conclusive: false });
    expect(asked.filter((path) => path.startsWith("tasks/"))).toHaveLength(60);
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
