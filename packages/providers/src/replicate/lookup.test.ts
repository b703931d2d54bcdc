import { HttpResponse, http } from "msw";
import { setupServer } from "msw/node";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import * as z from "zod";
import { submitContext } from "../conformance/context.ts";
import { replicate } from "./index.ts";

const baseUrl = "https://vendor.invalid/v1";
const server = setupServer();
beforeAll(() => server.listen({ onUnhandledFrame: "error" }));
afterEach(() => server.resetHandlers());
afterAll(() => server.close());

const intentAt = Date.now() - 120_000;
const input = { prompt: "a lamp", image: "https://api.replicate.com/v1/files/f1", size: { width: 8 } };
const request = { operation: "text-to-image", input };
const offers = { "text-to-image": { parameters: z.strictObject({}), input: () => ({}) } };
const search = (model = "ada/lamp", lookupSettleMs?: number) =>
  replicate(model, { apiKey: "r8_key", baseUrl, offers, lookupSettleMs }).lookup?.(
    { request, clientReference: "ref", intentAt },
    submitContext(),
  );

interface Listed {
  readonly id: string;
  /** Seconds after the intent. */
  readonly at: number;
  readonly input?: object;
  readonly model?: string;
  readonly version?: string;
  readonly removed?: boolean;
}

interface Listing {
  readonly next?: string;
  readonly most?: number;
  readonly date?: string;
  /** Whether the rows of the list hold the inputs, too. */
  readonly tellsInputs?: boolean;
}

/** An account with these predictions, newest first, in pages of two. Returns what was asked for. */
function account(
  predictions: readonly Listed[],
  { next = `${baseUrl}/predictions`, most = 2, date, tellsInputs = false }: Listing = {},
): string[] {
  const asked: string[] = [];
  const rowOf = ({ id, at, model = "ada/lamp", version = "v1" }: Listed) => ({
    id,
    model,
    version,
    status: "starting",
    created_at: new Date(intentAt + at * 1000).toISOString(),
  });
  server.use(
    http.get(`${baseUrl}/predictions`, ({ request: { url } }) => {
      asked.push(url.slice(baseUrl.length + 1));
      const from = Number(new URL(url).searchParams.get("cursor") ?? 0);
      const more = from + most < predictions.length ? `${next}?cursor=${from + most}` : null;
      const page = predictions.slice(from, from + most);
      const results = page.map((each) => (tellsInputs ? { ...rowOf(each), input: each.input } : rowOf(each)));
      return HttpResponse.json(
        { results, next: more },
        { headers: { date: date ?? new Date().toUTCString() } },
      );
    }),
    http.get(`${baseUrl}/predictions/:id`, ({ params }) => {
      asked.push(String(params.id));
      const found = predictions.find(({ id }) => id === params.id);
      if (found === undefined) return HttpResponse.json({ detail: "no" }, { status: 404 });
      const body = { ...rowOf(found), data_removed: found.removed === true };
      return HttpResponse.json(found.input === undefined ? body : { ...body, input: found.input });
    }),
  );
  return asked;
}

describe("lookup", () => {
  it("finds the prediction with our input among the others, newest last", async () => {
    const asked = account([
      { id: "newer", at: 3, input },
      { id: "other-words", at: 2, input: { ...input, prompt: "a chair" } },
      { id: "other-model", at: 2, input, model: "bob/chair" },
      { id: "ours", at: 1, input: { ...input, seed: 7 } },
      { id: "older", at: -600, input },
      { id: "never-listed", at: -700, input },
    ]);
    expect(await search()).toEqual({
      candidates: ["ours", "newer"].map((key) => ({
        key,
        data: { operation: "text-to-image" },
      })),
      conclusive: true,
    });
    expect(asked).toEqual([
      "predictions",
      "predictions?cursor=2",
      "predictions?cursor=4",
      "ours",
      "other-words",
      "newer",
    ]);
  });

  it("finds ours among dozens of others: it reads those that were made when the request left", async () => {
    const others = (count: number, from: number) =>
      Array.from({ length: count }, (_, i) => ({ id: `p${from - i}`, at: from - i, input: { prompt: "x" } }));
    const asked = account([...others(80, 90), { id: "ours", at: 1, input }, ...others(10, 0)], { most: 100 });
    expect(await search()).toMatchObject({ candidates: [{ key: "ours" }], conclusive: false });
    expect(asked.filter((path) => !path.startsWith("predictions"))).toHaveLength(60);
  });

  it("reads none that the list itself shows to be another's, and proves more that way", async () => {
    const others = Array.from({ length: 80 }, (_, at) => ({ id: `p${at}`, at, input: { prompt: "x" } }));
    const asked = account([...others, { id: "ours", at: 1, input }], { most: 100, tellsInputs: true });
    expect(await search()).toMatchObject({ candidates: [{ key: "ours" }], conclusive: true });
    expect(asked).toEqual(["predictions", "ours"]);
  });

  it("looks further back at a vendor whose clock is slow", async () => {
    const date = new Date(Date.now() - 600_000).toUTCString();
    account([{ id: "ours", at: -590, input }], { date });
    expect((await search())?.candidates.map(({ key }) => key)).toEqual(["ours"]);
  });

  it("proves that nothing was bought, but not before a request could have arrived", async () => {
    account([{ id: "other", at: 1, input: { prompt: "a chair" } }]);
    expect(await search()).toEqual({ candidates: [], conclusive: true });
    expect(await search("ada/lamp", 600_000)).toEqual({ candidates: [], conclusive: false });
  });

  it.each([
    ["was deleted", { removed: true, input: {} }],
    ["is not told", {}],
    ["is told in part", { input: { prompt: "a lamp" } }],
    ["is told by another address", { input: { ...input, image: "https://replicate.delivery/x/f1.png" } }],
    ["is told in another form", { input: { ...input, size: "8" } }],
  ])("proves nothing by a prediction whose input %s", async (_how, rest) => {
    account([{ id: "p1", at: 1, ...rest }]);
    expect(await search()).toEqual({ candidates: [], conclusive: false });
  });

  it("knows a version by its digits", async () => {
    const asked = account([
      { id: "p1", at: 1, input, version: "a".repeat(64) },
      { id: "p2", at: 1, input, version: "b".repeat(64) },
    ]);
    expect(await search("a".repeat(64))).toMatchObject({ candidates: [{ key: "p1" }], conclusive: true });
    expect(asked).toEqual(["predictions", "p1"]);
  });

  it("takes its token to no other host for the next page, and then proves nothing", async () => {
    const asked = account(
      [1, 2, 3].map((at) => ({ id: `p${at}`, at, input: { prompt: "a chair" } })),
      { next: "https://elsewhere.example.com/v1/predictions" },
    );
    expect(await search()).toEqual({ candidates: [], conclusive: false });
    expect(asked).toEqual(["predictions", "p1", "p2"]);
  });

  it("may be repeated when the list cannot be read", async () => {
    server.use(http.get(`${baseUrl}/predictions`, () => HttpResponse.json({ results: "CANARY" })));
    await expect(search()).rejects.toMatchObject({ code: "provider_unavailable", outcome: "not_sent" });
  });
});
