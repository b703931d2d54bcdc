import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import * as z from "zod";
import type { Database } from "../database/port.ts";
import { AppError } from "../errors/app-error.ts";
import { defineOperation } from "../operations/define-operation.ts";
import { createTestDatabase, type TestDatabase } from "../testing/embedded/test-database.ts";
import type { Death } from "../testing/generations/mortal-database.ts";
import { json, model, picture, scriptedProvider } from "../testing/generations/scripted-provider.ts";
import { openScriptedShop, type Shop } from "../testing/generations/scripted-shop.ts";

// What an outcome starts, in the very transaction that completes it.

const plan = defineOperation({
  name: "plan",
  title: "A plan for pictures",
  input: z.object({ count: z.int(), prompt: z.string().optional() }),
  output: z.object({ prompts: z.array(z.string()) }),
  followUps({ input, output }) {
    if (input.prompt === "throw") throw new Error("the operation's own mistake");
    const { prompts } = output as { prompts: string[] };
    return prompts.map((prompt) =>
      prompt.startsWith("model of ")
        ? { operation: "image-to-model", input: { input_image_asset_urls: [prompt.slice(9)] } }
        : { operation: prompt === "unknown" ? "nothing" : "text-to-image", input: { prompt } },
    );
  },
});
const pictureAndModel = defineOperation({
  name: "text-to-image",
  title: "A picture, then its model",
  input: z.object({ prompt: z.string(), chain: z.boolean().optional() }),
  output: "image",
  followUps: ({ input, assets }) =>
    input.chain === true
      ? assets.map(({ asset_id }) => ({
          operation: "image-to-model",
          input: { input_image_asset_urls: [asset_id] },
        }))
      : [],
});

const prompts: Record<string, (count: number) => unknown> = {
  odd: () => ({ prompts: ["one", "unknown", "three"] }),
  wrong: () => ({ ideas: [] }),
  models: (count) => ({ prompts: Array.from({ length: count }, () => `model of ${picked}`) }),
};
let picked = "";
const seen: { operation: string; files: number }[] = [];
const vendor = scriptedProvider({
  offers: ["plan", "text-to-image", "image-to-model"],
  submit(job) {
    seen.push({ operation: job.operation, files: job.files.length });
    if (job.operation === "image-to-model") return model();
    if (job.operation === "text-to-image") return picture();
    const count = job.input.count as number;
    const made = prompts[job.prompt ?? ""]?.(count);
    return json((made ?? { prompts: Array.from({ length: count }, (_, index) => `idea ${index}`) }) as never);
  },
});

let test: TestDatabase;
let shop: Shop;
beforeEach(async () => {
  test = await createTestDatabase({ max: 32 });
  seen.splice(0);
  shop = await openScriptedShop(test, {
    providers: { vendor: vendor.port },
    operations: [plan, pictureAndModel],
    signUp: 200,
    limits: { openGenerationsPerUser: 3 },
  });
});
afterEach(async () => {
  await shop.close();
  expect(await test.database.call("genbff_violations", {})).toEqual([]);
  await test.close();
});

interface Child {
  id: string;
  operation: string;
  status: string;
  error_code: string | null;
  charged: string;
}

/** Every child, once all have ended. */
async function children(): Promise<Child[]> {
  for (let tries = 0; tries < 400; tries++) {
    const rows = await test.query<Child & { open: boolean }>(
      `select id, operation, status, error_code, charged, completed_at is null as open
         from genbff.generations where parent_id is not null order by created_at`,
    );
    if (rows.every(({ open }) => !open)) return rows;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error("the children never ended");
}

describe("a plan", () => {
  it("starts its 32 pictures, priced and held one by one, beyond the user's limit of open ones", async () => {
    const process = await shop.open();
    const end = await shop.make(process, "alice", "plan", { count: 32 });
    expect(end).toMatchObject({ status: "complete", assets: [], credits: { charged: 5 } });
    expect(end.json.prompts).toHaveLength(32);
    const made = await children();
    expect(made).toHaveLength(32);
    expect(made.every(({ status, charged }) => status === "complete" && charged === "5")).toBe(true);
    expect((await process.ask("alice", "/credits/balance")).json).toMatchObject({
      available: 200 - 33 * 5,
      held: 0,
    });
    const { json: tree } = await process.ask("alice", `/tasks/${end.task_id}`);
    expect(tree.generations).toHaveLength(33);
    expect(tree.generations.filter((one: { json?: unknown }) => one.json !== undefined)).toHaveLength(1);
  });

  it("that cannot be paid whole: the rest is born failed, and fails nobody", async () => {
    const process = await shop.open();
    await process.ask("alice", "/credits/balance");
    await test.database.call("genbff_adjust", {
      p_wallet_id: "alice",
      p_amount: -170,
      p_idempotency_key: "less",
      p_reason: "test",
      p_actor: "test",
    });
    expect(await shop.make(process, "alice", "plan", { count: 8 })).toMatchObject({ status: "complete" });
    const made = await children();
    expect(made.map(({ status }) => status).sort()).toEqual([
      ...Array(5).fill("complete"),
      ...Array(3).fill("failed"),
    ]);
    const poor = made.find(({ status }) => status === "failed") as Child;
    expect((await process.ask("alice", `/tasks/${poor.id}/status`)).json).toMatchObject({
      status: "failed",
      error: { error: "insufficient_credits", details: { required: 5, available: 0 } },
      credits: { held: 0, charged: 0 },
    });
  });

  it("leaves out what its operation got wrong, and delivers nothing that is not what it promises", async () => {
    const process = await shop.open();
    expect(await shop.make(process, "alice", "plan", { count: 0, prompt: "odd" })).toMatchObject({
      status: "complete",
    });
    expect(await children()).toHaveLength(2);
    expect(await shop.make(process, "alice", "plan", { count: 1, prompt: "throw" })).toMatchObject({
      status: "complete",
    });
    expect(await children()).toHaveLength(2);
    const wrong = await shop.make(process, "alice", "plan", { count: 1, prompt: "wrong" });
    expect(wrong).toMatchObject({
      status: "failed",
      error: { error: "provider_failed" },
      credits: { charged: 0 },
    });
    expect(shop.troubles.filter((line) => /cannot be started|has thrown/.test(line))).toHaveLength(2);
  });

  it("loses no child where the database goes away while they are described", async () => {
    let failures = 2;
    const flaky = (database: Database): Database => ({
      ...database,
      async call(name, args) {
        if (name === "genbff_find_inputs" && failures-- > 0) throw new AppError("unavailable");
        return database.call(name, args);
      },
    });
    const process = await shop.open(flaky);
    picked = (await shop.make(process, "alice", "text-to-image", { prompt: "a lamp" })).assets[0].asset_id;
    const body = { task_id: "t", count: 4, prompt: "models" };
    const { generation_id: id } = (await process.ask("alice", "/generate/plan", body)).json;
    for (const times of [1, 2]) {
      const stopped = () => shop.troubles.filter((line) => line.includes("could not be advanced"));
      await vi.waitFor(() => expect(stopped()).toHaveLength(times), { timeout: 20_000 });
      await shop.leasesRunOut();
    }
    expect(await shop.endOf(process, "alice", id)).toMatchObject({ status: "complete" });
    expect((await children()).map(({ operation, status }) => `${operation} ${status}`)).toEqual(
      Array(4).fill("image-to-model complete"),
    );
  });
});

describe("a death at the last steps of a plan", () => {
  const deaths: Death[] = ["genbff_record", "genbff_finish"].flatMap((at) =>
    (["before", "after"] as const).map((when) => ({ at, when })),
  );
  it.each(deaths)("$when $at: 32 children, none twice, or none at all and nothing paid", async (death) => {
    const first = await shop.openMortal(death);
    const started = await first.ask("alice", "/generate/plan", { task_id: "t", count: 32 });
    await shop.leasesRunOut();
    const second = await shop.open();
    const end = await shop.endOf(second, "alice", started.json.generation_id);
    // This vendor keeps nothing: what was not recorded is lost, and lost whole.
    const lost = death.at === "genbff_record" && death.when === "before";
    expect(end.status).toBe(lost ? "failed" : "complete");
    const made = await children();
    expect(made).toHaveLength(lost ? 0 : 32);
    expect(seen.filter(({ operation }) => operation === "plan")).toHaveLength(1);
    expect((await second.ask("alice", "/credits/balance")).json).toMatchObject({
      available: lost ? 200 : 200 - 33 * 5,
      held: 0,
    });
  });
});

describe("a chain", () => {
  it("makes a model of the picture that was just made, before anybody could have seen it", async () => {
    const process = await shop.open();
    const end = await shop.make(process, "alice", "text-to-image", { prompt: "a lamp", chain: true });
    expect(end.status).toBe("complete");
    const [made] = await children();
    expect(made).toMatchObject({ operation: "image-to-model", status: "complete", charged: "5" });
    expect(seen).toEqual([
      { operation: "text-to-image", files: 0 },
      { operation: "image-to-model", files: 1 },
    ]);
    const [asset] = await test.query<{ source_asset_id: string }>(
      "select source_asset_id from public.assets where kind = 'model'",
    );
    expect(asset?.source_asset_id).toBe(end.assets[0].asset_id);
  });
});
