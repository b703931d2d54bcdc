import { afterAll, beforeAll, expect, it } from "vitest";
import * as z from "zod";
import { createBff } from "../create-bff.ts";
import { inProcess } from "../engine/in-process.ts";
import { defineOperation } from "../operations/define-operation.ts";
import { files } from "../storage/files.ts";
import { createTestPglite, type TestPglite } from "../testing/embedded/test-pglite.ts";
import { json, picture, scriptedProvider } from "../testing/generations/scripted-provider.ts";
import { watchBff } from "../testing/leaks/watch-bff.ts";
import { readEvents } from "../testing/read-events.ts";
import { offerAs } from "./offer-as.ts";

const planLogos = defineOperation({
  name: "plan-logos",
  title: "Prompts for logos",
  input: z.object({ prompt: z.string() }),
  output: z.object({ prompts: z.array(z.string()) }),
  followUps: ({ output }) =>
    (output as { prompts: string[] }).prompts.map((prompt) => ({
      operation: "make-logo",
      input: { prompt },
    })),
});
const makeLogo = defineOperation({
  name: "make-logo",
  title: "A logo",
  input: z.object({ prompt: z.string() }),
  output: "image",
});

/** What the vendor was asked for, in its own words. */
const asked: string[] = [];
const vendor = scriptedProvider({
  offers: ["plan-prompts", "text-to-image", "upscale"],
  submit(job) {
    asked.push(`${job.operation}: ${job.prompt}`);
    return job.operation === "plan-prompts" ? json({ prompts: ["a fox", "an owl"] }) : picture();
  },
});

let test: TestPglite;
beforeAll(async () => {
  test = await createTestPglite();
});
afterAll(() => test.close());

it("sells the team's own operations, which the vendor hears by the names it knows", async () => {
  await test.database.call("genbff_set_operation_cost", { p_key: "own", p_credits: 3 });
  const secret = "a secret of at least thirty-two letters";
  const bff = createBff({
    database: test.database,
    storage: files(`${test.folder}/files`),
    auth: { authenticate: async () => ({ userId: "ada", admin: false, expiresAt: Date.now() + 600_000 }) },
    providers: {
      studio: offerAs(vendor.port, { "plan-logos": "plan-prompts", "make-logo": "text-to-image" }),
    },
    operations: [planLogos, makeLogo],
    prices: { "plan-logos": { studio: "own" }, "make-logo": { studio: "own" } },
    engine: inProcess({ sweepMs: 50 }),
    limits: { watchTickMs: 50 },
    credits: { signUp: 100 },
    secret,
  });
  const { fetch } = watchBff(bff, { secrets: [secret] });
  const ask = (path: string, body?: object) =>
    fetch(
      new Request(`http://shop.test/api${path}`, {
        ...(body ? { method: "POST", body: JSON.stringify(body) } : {}),
        headers: { "content-type": "application/json" },
      }),
    );
  const catalogue = (await (await ask("/operations")).json()) as { operations: { operation: string }[] };
  expect(catalogue.operations.map(({ operation }) => operation).sort()).toEqual(["make-logo", "plan-logos"]);
  expect((await ask("/generate/plan-logos", { task_id: "t", prompt: "zoo" })).status).toBe(202);
  const done = new Set<unknown>();
  await readEvents(await ask("/tasks/t/events"), (events) => {
    for (const { data } of events) if (data.status === "complete") done.add(data.generation_id);
    return done.size === 3 || events.some(({ data }) => data.status === "failed");
  });
  expect(asked[0]).toBe("plan-prompts: zoo");
  expect(asked.slice(1).sort()).toEqual(["text-to-image: a fox", "text-to-image: an owl"]);
  await bff.stop(0);
});

it("refuses at once what the provider does not offer", () => {
  expect(() => offerAs(vendor.port, { "make-logo": "text-to-model" })).toThrow("text-to-model");
});
