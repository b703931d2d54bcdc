import { afterAll, beforeAll, expect, it } from "vitest";
import { tickEvent } from "../contract/diagnostics.ts";
import { createTestDatabase, type TestDatabase } from "../testing/embedded/test-database.ts";
import { ask, send } from "../testing/host-request.ts";
import { readEvents } from "../testing/read-events.ts";
import { createTestBff, type TestBff } from "../testing/test-bff.ts";

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

const host = () => ({ baseUrl: "http://bff.test/api", fetch: test.bff.fetch, close: async () => undefined });
const stream = (query: string, headers: Record<string, string> = {}) =>
  send(host(), { path: `/diagnostics/stream${query}`, as: null, headers });

it("counts to its end, an event at a time, for anybody", async () => {
  const response = await stream("?seconds=2");
  expect(response.headers.get("content-type")).toBe("text/event-stream");
  expect(response.headers.get("cache-control")).toBe("no-store");
  const events = await readEvents(response);
  expect(events.map(({ event, id, data }) => [event, id, tickEvent.parse(data).tick])).toEqual([
    ["tick", "1", 1],
    ["tick", "2", 2],
  ]);
});

it("goes on where a line was cut, and has no more to say after its last event", async () => {
  const events = await readEvents(await stream("?seconds=4", { "last-event-id": "3" }));
  expect(events.map(({ id }) => id)).toEqual(["4"]);
  expect((await stream("?seconds=4", { "last-event-id": "4" })).status).toBe(204);
});

it.each(["?seconds=0", "?seconds=61", "?seconds=many", "?user=ada"])("refuses %s", async (query) => {
  const answer = await ask(host(), { path: `/diagnostics/stream${query}`, as: null });
  expect(answer).toMatchObject({ status: 400, body: { error: "validation_failed" } });
});

it("has room for so many at once, and again when they have left", async () => {
  const open = await Promise.all(Array.from({ length: 50 }, () => stream("?seconds=60")));
  expect(open.map(({ status }) => status)).toEqual(open.map(() => 200));
  const refused = await ask(host(), { path: "/diagnostics/stream", as: null });
  expect(refused).toMatchObject({ status: 429, body: { error: "rate_limited" } });
  expect(Number(refused.headers.get("retry-after"))).toBeGreaterThanOrEqual(1);
  // Nobody who watches what they have made is kept out by it.
  const made = {
    method: "POST",
    path: "/generate/text-to-image",
    json: { task_id: "d", prompt: "[endless]" },
  };
  await send(host(), made as Parameters<typeof send>[1]);
  const watched = await send(host(), { path: "/tasks/d/events" });
  expect(watched.status).toBe(200);
  await Promise.all([watched, ...open].map(({ body }) => body?.cancel()));
  const again = await stream("?seconds=1");
  expect(await readEvents(again)).toHaveLength(1);
});

it("ends when the BFF stops, and says when to come back", async () => {
  const reading = (await stream("?seconds=60")).text();
  await test.stop();
  expect((await reading).endsWith("retry: 1000\n\n")).toBe(true);
});
