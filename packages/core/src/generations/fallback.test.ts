import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { ProviderErrorOptions } from "../errors/provider-error.ts";
import { createTestDatabase, type TestDatabase } from "../testing/embedded/test-database.ts";
import { failure, picture, scriptedProvider } from "../testing/generations/scripted-provider.ts";
import {
  openScriptedShop,
  type Process,
  type Shop,
  type Stock,
} from "../testing/generations/scripted-shop.ts";
import { takeClock } from "../testing/generations/virtual-time.ts";

// Who is asked next when a provider certainly did not take the job, and who never is.

let test: TestDatabase;
let shop: Shop;
beforeEach(async () => {
  test = await createTestDatabase({ max: 32 });
});
afterEach(async () => {
  await shop.close();
  expect(await test.database.call("genbff_violations", {})).toEqual([]);
  await test.close();
});

const open = async (stock: Omit<Stock, "fallback">) => {
  shop = await openScriptedShop(test, {
    ...stock,
    fallback: { "text-to-image": Object.keys(stock.providers) },
  });
  return shop.open();
};

const failing = (
  outcome: ProviderErrorOptions["outcome"],
  options: Partial<ProviderErrorOptions> & { code?: "content_rejected" } = {},
) =>
  scriptedProvider({
    submit() {
      throw failure(outcome, options);
    },
  });

describe("the next provider", () => {
  it.each([
    ["not_sent", {}],
    ["refused", {}],
    ["refused", { retryAfterMs: 60_000 }],
    ["refused", { operator: true }],
  ] as const)("is asked after %s %o, with the same hold and the same price", async (outcome, options) => {
    const [first, second] = [failing(outcome, options), scriptedProvider()];
    const process = await open({ providers: { first: first.port, second: second.port } });
    await test.database.call("genbff_set_operation_cost", {
      p_key: "text_to_image_by_second",
      p_credits: 50,
    });
    const end = await shop.make(process, "alice", "text-to-image", { prompt: "a lamp" });
    expect(end).toMatchObject({ status: "complete", provider: "second", credits: { charged: 5, held: 0 } });
    expect([first.submissions.length, second.submissions.length]).toEqual([1, 1]);
    expect(second.submissions[0]?.attempt).toBe(2);
    expect(await test.query("select amount, captured from genbff.holds")).toEqual([
      { amount: "5", captured: "5" },
    ]);
    expect(await test.query("select outcome from genbff.attempts order by attempt")).toEqual([
      { outcome: "refused" },
      { outcome: "done" },
    ]);
  });

  it.each([
    ["dearer", 50],
    ["cheaper", 2],
  ])("costs what was quoted and held for the first, also where it is %s", async (_, credits) => {
    const [first, second] = [failing("refused"), scriptedProvider()];
    const process = await open({ providers: { first: first.port, second: second.port } });
    const p_key = "text_to_image_by_second";
    await test.database.call("genbff_set_operation_cost", { p_key, p_credits: credits });
    const asked = { prompt: "a lamp" };
    const quote = (await process.ask("alice", "/quotes", { operation: "text-to-image", ...asked })).json;
    expect(quote).toMatchObject({ credits: 5 });
    for (const quoted of [{}, { quote_id: quote.quote_id }]) {
      const end = await shop.make(process, "alice", "text-to-image", { ...asked, ...quoted });
      expect(end).toMatchObject({ provider: "second", credits: { charged: 5, held: 0 } });
    }
    const held = { amount: "5", captured: "5" };
    expect(await test.query("select amount, captured from genbff.holds")).toEqual([held, held]);
    expect((await process.ask("alice", "/credits/balance")).json).toMatchObject({ available: 90, held: 0 });
  });

  it("is followed by the one after it; nobody is asked twice, and the last one's reason counts", async () => {
    const all = [failing("refused"), failing("not_sent"), failing("refused"), failing("refused")];
    const [a, b, c, d] = all.map(({ port }) => port) as [never, never, never, never];
    const process = await open({ providers: { a, b, c, d } });
    const end = await shop.make(process, "alice", "text-to-image", { prompt: "a lamp" });
    expect(end).toMatchObject({
      status: "failed",
      error: { error: "provider_unavailable" },
      credits: { charged: 0 },
    });
    expect(all.map(({ submissions }) => submissions.length)).toEqual([1, 1, 1, 1]);
  });

  it.each([
    ["content that was refused", "refused", { code: "content_rejected" }, "content_rejected"],
    ["a job that failed", "failed", {}, "provider_unavailable"],
    ["an answer that got lost", "unknown", {}, "submission_unknown"],
  ] as const)("is never asked after %s", async (_, outcome, options, code) => {
    const [first, second] = [failing(outcome, options), scriptedProvider()];
    const process = await open({ providers: { first: first.port, second: second.port } });
    const end = await shop.make(process, "alice", "text-to-image", { prompt: "a lamp" });
    expect(end).toMatchObject({ status: "failed", error: { error: code }, credits: { charged: 0, held: 0 } });
    expect(second.submissions).toEqual([]);
  });

  it("is somebody who can take the request: one that would refuse it is passed over", async () => {
    const refusal = { field: "prompt", message: "Too long for me." };
    const [first, strict, third] = [failing("refused"), scriptedProvider({ refusal }), scriptedProvider()];
    const process = await open({ providers: { first: first.port, strict: strict.port, third: third.port } });
    const end = await shop.make(process, "alice", "text-to-image", { prompt: "a lamp" });
    expect(end).toMatchObject({ status: "complete", provider: "third" });
    expect(strict.prepared).toEqual([]);
  });

  it("is nobody's excuse: what the first cannot take is refused before anything is held", async () => {
    const refusal = { field: "prompt", message: "Too long for me." };
    const [first, second] = [scriptedProvider({ refusal }), scriptedProvider()];
    const process = await open({ providers: { first: first.port, second: second.port } });
    const asked = { task_id: "t", prompt: "a lamp" };
    const answer = await process.ask("alice", "/generate/text-to-image", asked);
    expect(answer.json).toMatchObject({
      error: "validation_failed",
      details: { issues: [{ pointer: "/prompt", message: refusal.message }] },
    });
    expect(await test.query("select from genbff.holds")).toEqual([]);
  });

  it("is never asked where the request named its provider", async () => {
    const [first, second] = [failing("refused"), scriptedProvider()];
    const process = await open({ providers: { first: first.port, second: second.port } });
    const end = await shop.make(process, "alice", "text-to-image", { prompt: "a lamp", provider: "first" });
    expect(end).toMatchObject({ status: "failed" });
    expect(second.submissions).toEqual([]);
  });
});

describe("Retry-After", () => {
  it("is kept by everybody, in every process, and not even a file is made ready before it is over", async () => {
    const time = await takeClock(test);
    const only = scriptedProvider({
      submit(_, count) {
        if (count === 1) throw failure("refused", { retryAfterMs: 60_000 });
        return picture();
      },
    });
    const process = await open({ providers: { only: only.port } });
    const others = await Promise.all([shop.open(), shop.open()]);
    const ask = async (at: Process, user: string) => {
      const answer = await at.ask(user, "/generate/text-to-image", { task_id: user, prompt: "a lamp" });
      return [user, answer.json.generation_id as string] as const;
    };
    const asked = [await ask(process, "alice")];
    const told = "select from genbff.breakers where wait_until > genbff.now()";
    await vi.waitFor(async () => expect(await test.query(told)).toHaveLength(1), { timeout: 20_000 });
    for (const [index, other] of [...others, process, ...others].entries())
      asked.push(await ask(other, `user-${index}`));
    // Long enough for each of them to have looked for work several times.
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(only.prepared).toHaveLength(1);
    expect(only.submissions).toHaveLength(1);
    await time.forward(61_000);
    for (const [user, id] of asked)
      expect(await shop.endOf(process, user, id)).toMatchObject({ status: "complete" });
    expect(only.submissions).toHaveLength(7);
  });

  it("is kept by the others also where the one that heard it had no time left to wait", async () => {
    const only = failing("refused", { retryAfterMs: 60_000 });
    const process = await open({ providers: { only: only.port }, limits: { deadlineMs: 2000 } });
    expect(await shop.make(process, "alice", "text-to-image", { prompt: "a lamp" })).toMatchObject({
      status: "failed",
    });
    const next = await shop.make(process, "bob", "text-to-image", { prompt: "a lamp" });
    expect(next).toMatchObject({ status: "failed", error: { error: "timeout" } });
    expect(only.submissions).toHaveLength(1);
  });
});
