import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { JsonObject, JsonValue } from "../shared/json.ts";
import { createTestDatabase, type TestDatabase } from "../testing/embedded/test-database.ts";
import { type Book, type Claimed, codeOf, openBook } from "../testing/generations/book.ts";

// Every function that reads or changes what is a user's own, asked by its owner and by somebody else (8.2).

let test: TestDatabase;
let book: Book;
let generation: string;
let waiting: string;
let output: string;
const task = "adas-task";
const upload = randomUUID();
const reserved = randomUUID();
const call = (name: string, args: JsonObject): Promise<JsonValue> =>
  test.database.call(`genbff_${name}`, args);
const reserve = (user: string, id: string, taskId: string | null) =>
  call("reserve_input", {
    p_user_id: user,
    p_id: id,
    p_task_id: taskId,
    p_type: "image",
    p_storage_key: `inputs/${id}`,
    p_asset_url: `/inputs/${id}`,
    p_filename: "cat.png",
    p_content_type: "image/png",
    p_bytes: 1,
  });
const facts = { content_type: "image/png", bytes: 1, sha256: "00", width: 1, height: 1 };

beforeAll(async () => {
  test = await createTestDatabase();
  book = openBook(test);
  await call("grant", { p_wallet_id: "ada", p_amount: 10, p_idempotency_key: "g" });
  generation = (await book.start({ user: "ada", task })).id;
  const claimed = (await book.claim()) as Claimed;
  await book.intent(claimed);
  await book.finish(claimed);
  waiting = (await book.start({ user: "ada", task })).id;
  const [asset] = await test.query<{ id: string }>("select id from public.assets where generation_id = $1", [
    generation,
  ]);
  output = asset?.id as string;
  await reserve("ada", upload, task);
  await call("complete_input", { p_user_id: "ada", p_id: upload, p_status: "complete", p_facts: facts });
  await reserve("ada", reserved, null);
});
afterAll(async () => {
  expect(await book.violations()).toEqual([]);
  await test.close();
});

describe("another user's", () => {
  it.each<[what: string, name: string, args: () => JsonObject]>([
    ["generation", "status", () => ({ p_id: generation })],
    ["task's newest", "status", () => ({ p_id: task })],
    ["request", "generation_input", () => ({ p_generation_id: generation })],
    ["task", "task", () => ({ p_task_id: task })],
    ["generation's events", "stream", () => ({ p_id: generation })],
    ["task's events", "stream", () => ({ p_id: task })],
    ["output", "asset", () => ({ p_asset_id: output })],
    ["uploaded file", "asset", () => ({ p_asset_id: upload })],
    ["upload", "input", () => ({ p_id: upload })],
  ])("%s is as absent as one that never was", async (_, name, args) => {
    expect(await codeOf(call(name, { p_user_id: "bob", ...args() }))).toBe("not_found");
    expect(await codeOf(call(name, { p_user_id: "ada", ...args() }))).toBe("ok");
  });

  it("tasks, movements and files are in no list", async () => {
    const seen = async (user: string) => {
      const refs = [output, upload].flatMap((id) => [
        { ref: id, id },
        { ref: `${id} by its key`, storage_key: id === upload ? `inputs/${upload}` : `${generation}/0` },
      ]);
      return [
        await call("tasks", { p_user_id: user, p_limit: 10 }),
        await call("history", { p_wallet_id: user, p_limit: 10 }),
        await call("find_inputs", { p_user_id: user, p_refs: refs }),
      ].map((list) => (list as JsonValue[]).length);
    };
    expect(await seen("bob")).toEqual([0, 0, 0]);
    // One task; a grant, two holds and a capture; each file by its id and by its key.
    expect(await seen("ada")).toEqual([1, 4, 4]);
  });

  it("generation is not cancelled, and upload neither decided nor taken back", async () => {
    const decide = (user: string) =>
      call("complete_input", { p_user_id: user, p_id: reserved, p_status: "failed" });
    const discard = (user: string) => call("discard_input", { p_user_id: user, p_id: reserved });
    for (const name of ["cancel", "cancel_mine"]) {
      const id = name === "cancel" ? { p_generation_id: waiting } : { p_id: waiting };
      expect(await codeOf(call(name, { p_user_id: "bob", ...id }))).toBe("not_found");
    }
    expect(await codeOf(decide("bob"))).toBe("not_found");
    expect(await discard("bob")).toMatchObject({ discarded: false });
    expect(await decide("ada")).toMatchObject({ status: "failed" });
    expect(await discard("ada")).toMatchObject({ discarded: true });
    expect(await call("cancel", { p_user_id: "ada", p_generation_id: waiting })).toMatchObject({
      status: "cancelled",
    });
  });

  it("task takes no upload", async () => {
    expect(await codeOf(reserve("bob", randomUUID(), task))).toBe("task_id_taken");
  });
});

describe("watch", () => {
  const versions = async (user: string, target: JsonObject) => {
    const p_targets = [{ key: "k", user_id: user, wallet_id: null, task_id: task, ...target }];
    const { events } = (await call("watch", { p_targets })) as { events: { seq: number; version: number }[] };
    return events;
  };

  it("shows the owner every change after what is known, and nobody else any", async () => {
    const ofTask = await versions("ada", { generation_id: null, after: 0 });
    expect(ofTask.map(({ seq }) => seq)).toEqual(Array.from(ofTask, (_, index) => index + 1));
    expect((await versions("ada", { generation_id: null, after: 2 }))[0]?.seq).toBe(3);
    const ofOne = await versions("ada", { generation_id: generation, after: 1 });
    expect(ofOne.map(({ version }) => version)).toEqual(Array.from(ofOne, (_, index) => index + 2));
    expect(ofOne.length).toBeGreaterThan(0);
    expect(await versions("bob", { generation_id: null, after: 0 })).toEqual([]);
    expect(await versions("bob", { generation_id: generation, after: 0 })).toEqual([]);
  });
});
