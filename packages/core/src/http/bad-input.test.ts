import { readdir } from "node:fs/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createTestDatabase, type TestDatabase } from "../testing/embedded/test-database.ts";
import { send } from "../testing/host-request.ts";
import { createTestBff, type TestBff } from "../testing/test-bff.ts";
import { badInput } from "./bad-input.cases.ts";

let database: TestDatabase;
let test: TestBff;

beforeAll(async () => {
  database = await createTestDatabase();
  test = await createTestBff(database.database);
});
afterAll(async () => {
  await test.stop();
  await database.close();
});

it("leaves no row and no file behind, whatever is refused", async () => {
  const host = { baseUrl: "http://bff.test/api", fetch: test.bff.fetch, close: async () => undefined };
  for (const { name, request, status } of badInput) {
    const response = await send(host, request);
    await response.arrayBuffer();
    expect(response.status, name).toBe(status);
  }
  const tables = [
    "genbff.generations",
    "genbff.holds",
    "genbff.tasks",
    "genbff.idempotency_keys",
    "public.input_assets",
  ];
  for (const table of tables) expect(await database.query(`select * from ${table}`), table).toEqual([]);
  const left = await readdir(test.folder, { recursive: true, withFileTypes: true });
  expect(left.filter((entry) => entry.isFile() && entry.name !== "probe").map(({ name }) => name)).toEqual(
    [],
  );
});

it("closes its streams when it stops, and says when to come back", async () => {
  const host = { baseUrl: "http://bff.test/api", fetch: test.bff.fetch, close: async () => undefined };
  const json = { task_id: "stopping", prompt: "[endless]" };
  await send(host, { method: "POST", path: "/generate/text-to-image", json });
  const stream = await send(host, { path: "/tasks/stopping/events" });
  const reading = stream.text();
  await test.stop();
  expect((await reading).endsWith("retry: 1000\n\n")).toBe(true);
});
