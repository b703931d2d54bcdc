import { afterAll, beforeAll, expect, it } from "vitest";
import { createBff } from "../create-bff.ts";
import type { AnyBffOptions } from "../create-context.ts";
import type { StorageNeeds } from "../storage/port.ts";
import { createTestDatabase, type TestDatabase } from "../testing/embedded/test-database.ts";
import { memoryStore } from "../testing/generations/memory-store.ts";
import { watchBff } from "../testing/leaks/watch-bff.ts";
import { testStudio } from "../testing/test-studio.ts";

// What clients and buckets are to find, and do not: said at the start, to the log and by the doctor.

let test: TestDatabase;
beforeAll(async () => {
  test = await createTestDatabase();
  await test.database.call("genbff_set_operation_cost", { p_key: "picture", p_credits: 1 });
});
afterAll(() => test.close());

/** A storage that a client's bucket lies in, and what it was asked to take. */
function storeWith(said: string[] = []) {
  const asked: StorageNeeds[] = [];
  const store = {
    ...memoryStore(),
    inspect: async (needs: StorageNeeds) => {
      asked.push(needs);
      return said.map((message) => ({ status: "warning" as const, message }));
    },
    inputBucket: (name: string) => ({
      ...{ name, keyOf: () => null, hosts: () => false, open: async () => null },
      ready: async () => {},
    }),
  };
  return { store, asked };
}

function open(options: Partial<AnyBffOptions>) {
  const log: string[] = [];
  const hear = (fields: object, message: string) => {
    const { error } = fields as { error?: Error };
    log.push(`${message} ${(error?.cause as Error | undefined)?.message ?? ""}`);
  };
  const secret = "a secret of thirty-two characters";
  const bff = createBff({
    database: { ...test.database, close: async () => undefined },
    storage: storeWith().store,
    auth: { authenticate: () => Promise.reject(new Error("nobody asks")) },
    providers: { studio: testStudio() },
    prices: { "text-to-image": { studio: "picture" }, "image-to-image": { studio: "picture" } },
    secret,
    logger: { debug() {}, info() {}, warn: hear, error: hear },
    ...(options as object),
  });
  return { bff: watchBff(bff, { secrets: [secret] }), log };
}
const ready = async ({ bff }: ReturnType<typeof open>) =>
  (await bff.fetch(new Request("http://bff.test/api/ready"))).status;
const clients = async ({ bff }: ReturnType<typeof open>) =>
  (await bff.diagnose())
    .filter(({ part }) => part === "clients")
    .map(({ status, message }) => `${status}: ${message}`);

it("does not start where a view has another name than clients were told, and says how that is mended", async () => {
  const opened = open({ views: ["concept_images", "models"] });
  const said =
    /no view concept_images for clients; it has images, models.*`--view concept_images=image,vector`/;
  await expect(opened.bff.start()).rejects.toThrow(said);
  expect(await clients(opened)).toEqual([expect.stringMatching(/^problem: .*no view concept_images/)]);
  expect(await ready(opened)).toBe(503);
  expect(opened.log.join("\n")).toMatch(said);

  await test.query(
    `select genbff.set_views('{"concept_images": {"kinds": ["image", "vector"]}, "models": {"kinds": ["model"]}}')`,
  );
  expect(await ready(opened)).toBe(200);
  expect(await clients(opened)).toEqual(["ok: Clients find the views and tables that are configured"]);
  await opened.bff.stop(0);
});

it("does not take a table of the team's own for a view of ours", async () => {
  await test.query("create view public.gallery as select 1 as one");
  await expect(open({ views: ["gallery"] }).bff.start()).rejects.toThrow("no view gallery for clients");
});

it("does not start where rows of clients are to be believed, and nobody may write any", async () => {
  const inputs = { buckets: ["uploads"], allowClientRows: true };
  const opened = open({ inputs });
  await expect(opened.bff.start()).rejects.toThrow("run `bff migrate --client-rows on`, or switch it off");
  await test.query("create policy client_rows on public.input_assets for insert with check (true)");
  expect(await ready(opened)).toBe(200);
  await opened.bff.stop(0);
});

it("looks at nothing of clients where it was told of nothing", async () => {
  expect(await clients(open({}))).toEqual([]);
});

it("says at the start, and to the doctor, what a bucket does not take of what is sold, and starts", async () => {
  const { store, asked } = storeWith(["the bucket is narrow"]);
  const opened = open({ storage: store });
  await opened.bff.start();
  expect(opened.log).toEqual([expect.stringContaining("the bucket is narrow")]);
  // Pictures go in and out, and nothing else does.
  expect(asked).toEqual([{ contentTypes: ["image/png", "image/jpeg", "image/webp"], bytesMax: 50_000_000 }]);
  const found = await opened.bff.diagnose();
  expect(found).toContainEqual({ part: "storage", status: "warning", message: "the bucket is narrow" });
  await opened.bff.stop(0);
});

it("is not ready where a bucket that users write cannot be read", async () => {
  const { store } = storeWith();
  const gone = () => Promise.reject(new Error("there is no bucket"));
  const storage = { ...store, inputBucket: (name: string) => ({ ...store.inputBucket(name), ready: gone }) };
  const opened = open({ storage, inputs: { buckets: ["uploads"] } });
  await expect(opened.bff.start()).rejects.toThrow("there is no bucket");
  expect(await opened.bff.diagnose()).toContainEqual({
    part: "storage",
    status: "problem",
    message: expect.stringContaining("there is no bucket"),
  });
  await opened.bff.stop(0);
});
