import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import * as z from "zod";
import { defineOperation } from "../operations/define-operation.ts";
import type { ProviderAnswer, ProviderJob } from "../providers/port.ts";
import { createTestDatabase, type TestDatabase } from "../testing/embedded/test-database.ts";
import { model, picture, scriptedProvider } from "../testing/generations/scripted-provider.ts";
import { openScriptedShop, type Process, type Shop } from "../testing/generations/scripted-shop.ts";

// A generation that works on another one: its provider is handed its own job.

const modelThenRefined = defineOperation({
  name: "text-to-model",
  title: "A model, then a finer one",
  input: z.object({ prompt: z.string(), chain: z.boolean().optional() }),
  output: "model",
  followUps: ({ input, generation_id }) =>
    input.chain === true
      ? [{ operation: "refine-model", input: { draft_generation_id: generation_id } }]
      : [],
});

let jobs: ProviderJob[];
/** A vendor that keeps what it made, under a key of its own. */
const maker = (name: string) =>
  scriptedProvider({
    offers: ["text-to-model", "refine-model", "convert-model"],
    submit(job): ProviderAnswer {
      jobs.push(job);
      if (job.prompt?.includes("[forgotten]")) return model();
      if (job.prompt?.includes("[refused]")) return { ...model(), state: "done", outputs: [] };
      return {
        ...(model() as Extract<ProviderAnswer, { state: "done" }>),
        reference: { key: `${name}-${job.generationId}`, data: { v: 3 } },
      };
    },
  }).port;
const painter = scriptedProvider({ offers: ["text-to-image"], submit: () => picture() }).port;

let test: TestDatabase;
let shop: Shop;
let process: Process;
beforeEach(() => {
  jobs = [];
});
beforeAll(async () => {
  test = await createTestDatabase({ max: 16 });
  shop = await openScriptedShop(test, {
    providers: { tripo: maker("tripo"), other: maker("other"), painter },
    operations: [modelThenRefined],
    signUp: 1000,
    // Clients choose a provider by its name here.
    vendorsAreNamed: true,
  });
  process = await shop.open();
});
afterAll(async () => {
  await shop.close();
  expect(await test.database.call("genbff_violations", {})).toEqual([]);
  await test.close();
});

const make = (provider: string, prompt = "a lamp") =>
  shop.make(process, "alice", "text-to-model", { prompt, provider });
const refine = (body: object, user = "alice") =>
  process.ask(user, "/generate/refine-model", { task_id: randomUUID(), ...body });

describe("a draft", () => {
  it("names its provider, and reaches it as its own job", async () => {
    for (const provider of ["tripo", "other"]) {
      const draft = await make(provider);
      const { json } = await refine({ draft_generation_id: draft.generation_id });
      expect(await shop.endOf(process, "alice", json.generation_id)).toMatchObject({
        status: "complete",
        provider,
      });
      expect(jobs.at(-1)?.drafts).toEqual([
        {
          field: "draft_generation_id",
          generationId: draft.generation_id,
          operation: "text-to-model",
          job: { key: `${provider}-${draft.generation_id}`, data: { v: 3 } },
        },
      ]);
    }
  });

  it("is quoted like any other request, and repeated with its key and by retry", async () => {
    const draft = await make("tripo");
    const body = { task_id: "t", draft_generation_id: draft.generation_id };
    const quote = await process.ask("alice", "/quotes", { operation: "refine-model", ...body });
    expect(quote).toMatchObject({ status: 200, json: { credits: 5 } });
    const send = () =>
      process.ask(
        "alice",
        "/generate/refine-model",
        { ...body, quote_id: quote.json.quote_id },
        { "idempotency-key": "k" },
      );
    const [one, two] = [await send(), await send()];
    expect(two.headers.get("idempotency-replayed")).toBe("true");
    expect(two.json.generation_id).toBe(one.json.generation_id);
    await shop.endOf(process, "alice", one.json.generation_id);
    const again = await process.ask("alice", `/generations/${one.json.generation_id}/retry`, {});
    expect(await shop.endOf(process, "alice", again.json.generation_id)).toMatchObject({
      provider: "tripo",
      status: "complete",
    });
    expect(jobs.at(-1)?.drafts[0]?.job.key).toBe(`tripo-${draft.generation_id}`);
  });

  it("may be the parent itself, in the commit that completes it", async () => {
    const parent = await shop.make(process, "alice", "text-to-model", {
      prompt: "a lamp",
      provider: "tripo",
      chain: true,
    });
    await expect
      .poll(() =>
        test.query("select status, provider, drafts from genbff.generations where parent_id is not null"),
      )
      .toMatchObject([
        { status: "complete", provider: "tripo", drafts: [{ generation_id: parent.generation_id }] },
      ]);
    expect(jobs.at(-1)?.drafts[0]?.job.key).toBe(`tripo-${parent.generation_id}`);
  });
});

describe("nothing is held for a draft that", () => {
  const cases: [string, () => Promise<[object, string?]>, object][] = [
    ["does not exist", async () => [{ draft_generation_id: randomUUID() }], { error: "not_found" }],
    [
      "is another user's",
      async () => [{ draft_generation_id: (await make("tripo")).generation_id }, "bob"],
      { error: "not_found" },
    ],
    ["is no id", async () => [{ provider: "tripo", draft_generation_id: "x" }], at("draft_generation_id")],
    [
      "has failed",
      async () => [{ draft_generation_id: (await make("tripo", "[refused]")).generation_id }],
      at("draft_generation_id"),
    ],
    [
      "its provider has forgotten",
      async () => [{ draft_generation_id: (await make("tripo", "[forgotten]")).generation_id }],
      at("draft_generation_id"),
    ],
    [
      "another provider made",
      async () => [{ provider: "other", draft_generation_id: (await make("tripo")).generation_id }],
      at("draft_generation_id"),
    ],
    [
      "was made by one who cannot",
      async () => [
        {
          draft_generation_id: (await shop.make(process, "alice", "text-to-image", { prompt: "x" }))
            .generation_id,
        },
      ],
      at("draft_generation_id"),
    ],
    [
      "is named beside a file",
      async () => [
        {
          draft_generation_id: (await make("tripo")).generation_id,
          input_model_asset_url: (await make("tripo")).assets[0].asset_id,
        },
      ],
      at("input_model_asset_url"),
    ],
    ["is not named at all, nor a file", async () => [{ provider: "tripo" }], at("draft_generation_id")],
  ];
  it.each(cases)("%s", async (_, request, expected) => {
    const [body, user = "alice"] = await request();
    const before = (await process.ask(user, "/credits/balance")).json;
    const answer = await refine(body, user);
    expect(answer.json).toMatchObject(expected);
    expect(answer.status).toBe(answer.json.error === "not_found" ? 404 : 400);
    expect((await process.ask(user, "/credits/balance")).json).toEqual(before);
    expect(jobs.every((job) => job.operation === "text-to-model")).toBe(true);
  });
});

function at(field: string) {
  return { error: "validation_failed", details: { issues: [{ pointer: `/${field}` }] } };
}
