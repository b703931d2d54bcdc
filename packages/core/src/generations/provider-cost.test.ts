import { afterAll, beforeAll, expect, it } from "vitest";
import type { ProviderAnswer } from "../providers/port.ts";
import { createTestDatabase, type TestDatabase } from "../testing/embedded/test-database.ts";
import {
  failure,
  json,
  running,
  scriptedProvider,
  streamOf,
} from "../testing/generations/scripted-provider.ts";
import { openScriptedShop, type Process, type Shop } from "../testing/generations/scripted-shop.ts";
import { tinyPng } from "../testing/test-studio.ts";

// What a vendor charges us stands in the books whatever became of it, and what may have been charged and nobody can
// tell is an orphan: together they are the vendor's invoice.

const cost = { unit: "credits", amount: 7 };
const done = (...outputs: Uint8Array[]): ProviderAnswer => ({
  state: "done",
  outputs: outputs.map((bytes, index) => ({ index, source: { stream: streamOf(bytes) } })),
  cost,
});
const charged = (code: "content_rejected" | "provider_failed" | "submission_unknown") =>
  failure(code === "submission_unknown" ? "unknown" : "failed", { code, cost });

let answer: () => ProviderAnswer | Promise<ProviderAnswer>;
let look: () => ProviderAnswer;
const script = { submit: () => answer(), check: async () => look() };
const one = scriptedProvider({ ...script, offers: ["text-to-image", "plan-prompts"] });
const two = scriptedProvider({ ...script, outputs: 2 });

let test: TestDatabase;
let shop: Shop;
let process: Process;
beforeAll(async () => {
  test = await createTestDatabase({ max: 16 });
  shop = await openScriptedShop(test, { providers: { one: one.port, two: two.port }, signUp: 1000 });
  await test.database.call("genbff_set_operation_cost", {
    p_key: "text_to_image_by_two",
    p_credits: 5,
    p_per: "output",
  });
  process = await shop.open();
});
afterAll(async () => {
  await shop.close();
  expect(await test.database.call("genbff_violations", {})).toEqual([]);
  await test.close();
});

async function booksOf(body: object, operation = "text-to-image") {
  const end = await shop.make(process, "alice", operation, body);
  const books = await test.query(
    `select g.status, g.error_code as error, g.charged::int, a.outcome, a.cost, (
       select coalesce(jsonb_agg(o.reason), '[]') from genbff.orphans o where o.generation_id = g.id) as orphans
       from genbff.generations g join genbff.attempts a on a.generation_id = g.id where g.id = $1`,
    [end.generation_id],
  );
  // It breaks off on purpose: the breaker is not what is looked at here.
  await test.query("delete from genbff.breakers");
  return books;
}

const failed = (error: string, outcome: string, more: object = {}) => [
  { status: "failed", error, charged: 0, outcome, cost, orphans: [], ...more },
];

it.each([
  [
    "delivered",
    () => done(tinyPng),
    [{ status: "complete", error: null, charged: 5, outcome: "done", cost, orphans: [] }],
  ],
  [
    "damaged",
    () => done(tinyPng.subarray(0, 40)),
    failed("provider_failed", "done", { orphans: ["provider_failed"] }),
  ],
  [
    "filtered",
    (): ProviderAnswer => ({ state: "refused", error: charged("content_rejected") }),
    failed("content_rejected", "failed"),
  ],
  [
    "without an output",
    () => Promise.reject(charged("provider_failed")),
    failed("provider_failed", "failed"),
  ],
  [
    "unreadable but for its price",
    () => Promise.reject(charged("submission_unknown")),
    failed("submission_unknown", "unknown", { orphans: ["submission_unknown"] }),
  ],
  [
    "stopped at the user's wish, and charged",
    () => Promise.reject(failure("failed", { code: "cancelled", cost })),
    failed("provider_failed", "failed"),
  ],
  [
    "lost",
    () => Promise.reject(failure("unknown", { code: "submission_unknown" })),
    failed("submission_unknown", "unknown", { cost: null, orphans: ["submission_unknown"] }),
  ],
] as const)("books what is charged for an answer that was %s", async (_, given, books) => {
  answer = given;
  expect(await booksOf({ prompt: "a lamp", provider: "one" })).toEqual(books);
});

it("books what a job was charged that failed after it was taken", async () => {
  answer = () => running(crypto.randomUUID(), 10);
  look = () => ({ state: "refused", error: charged("provider_failed") });
  expect(await booksOf({ prompt: "a lamp", provider: "one" })).toEqual(failed("provider_failed", "failed"));
});

it("looks again at a job whose file came damaged: it is whole, and was bought once", async () => {
  const files = [tinyPng.subarray(0, 40), tinyPng];
  answer = () => running(crypto.randomUUID(), 10);
  look = () => done(files.shift() ?? tinyPng);
  expect(await booksOf({ prompt: "a lamp", provider: "one" })).toEqual([
    { status: "complete", error: null, charged: 5, outcome: "done", cost, orphans: [] },
  ]);
  expect(files).toEqual([]);
});

it("books what is charged for JSON that is not what the operation promises", async () => {
  answer = () => ({ ...json({ prompts: 7 }), cost }) as ProviderAnswer;
  const books = failed("provider_failed", "done", { orphans: ["provider_failed"] });
  expect(await booksOf({ brief: "lamps" }, "plan-prompts")).toEqual(books);
});

it.each([
  ["all of them", [tinyPng, tinyPng], 10],
  ["one of two", [tinyPng], 5],
])(
  "delivers %s of an answer that broke off, and keeps an orphan for what nobody has heard",
  async (_, came, charge) => {
    answer = () => ({
      state: "done",
      outputs: (async function* () {
        for (const [index, bytes] of came.entries()) yield { index, source: { stream: streamOf(bytes) } };
        throw failure("unknown", { code: "submission_unknown" });
      })(),
    });
    expect(await booksOf({ prompt: "two lamps", provider: "two" })).toEqual([
      {
        status: "complete",
        error: null,
        charged: charge,
        outcome: "done",
        cost: null,
        orphans: ["broke_off"],
      },
    ]);
  },
);
