import { afterEach, beforeEach, expect, test } from "vitest";
import { answering, type BffServer, failing, startBffServer, streaming } from "../test/bff-server.ts";
import { clientOf } from "../test/client.ts";
import { balance, complete, status, taskId, tree } from "../test/wire.ts";
import type { TaskUpdate } from "./index.ts";

let server: BffServer;
beforeEach(async () => {
  server = await startBffServer();
});
afterEach(() => server.close());

const events = `GET /tasks/${taskId}/events`;
const second = (version: number) => status(version, { generation_id: "second" });

async function first(count: number, cutAfter?: number): Promise<TaskUpdate[]> {
  const updates: TaskUpdate[] = [];
  for await (const update of clientOf(server).task(taskId).updates()) {
    updates.push(update);
    if (updates.length === cutAfter) server.cut();
    if (updates.length === count) break;
  }
  return updates;
}

test("tells of every generation, of the wallet and of the connection, across a cut", async () => {
  server.on(
    events,
    streaming(
      [
        { id: "c1", data: status(1) },
        { id: "c2", event: "balance", data: balance(95) },
        { id: "c3", data: second(1) },
      ],
      "hold",
    ),
    streaming(
      [
        { id: "c3", data: second(1) },
        { id: "c3", event: "balance", data: balance(95) },
        { id: "c4", data: complete(2) },
        { id: "c5", event: "balance", data: balance(90) },
      ],
      "hold",
    ),
  );
  expect(await first(6, 4)).toEqual([
    { type: "connection", state: "open" },
    { type: "generation", generation: status(1) },
    { type: "balance", balance: balance(95) },
    { type: "generation", generation: second(1) },
    { type: "generation", generation: complete(2) },
    { type: "balance", balance: balance(90) },
  ]);
  expect(server.of(events)[1]?.headers["last-event-id"]).toBe("c3");
});

test("looks at the whole task where there is no stream", async () => {
  server.on(events, failing(405, "method_not_allowed"));
  server.on(
    `GET /tasks/${taskId}`,
    answering(200, tree(status(1))),
    answering(200, tree(status(1), second(1))),
    answering(200, tree(complete(2), second(1))),
  );
  server.on("GET /credits/balance", answering(200, balance(95)), answering(200, balance(90)));
  const told = (await first(6)).map((update) =>
    update.type === "generation" ? update.generation.version : update.type,
  );
  expect(told).toEqual(["connection", 1, "balance", 1, "balance", 2]);
});

test("gives tree, list and catalogue", async () => {
  server.on(`GET /tasks/${taskId}`, answering(200, tree(complete(3))));
  server.on("GET /tasks", answering(200, { items: [], next_cursor: null }));
  server.on("GET /credits/history", answering(200, { items: [], next_cursor: null }));
  server.on("GET /operations", answering(200, { operations: [], styles: [] }));
  server.on("GET /assets/a%2Fb/url", answering(200, { asset_url: "https://files/x", expires_at: null }));
  const api = clientOf(server);
  expect((await api.task(taskId).get()).generations).toHaveLength(1);
  expect((await api.tasks({ limit: 5, cursor: "next" })).items).toEqual([]);
  expect(server.of("GET /tasks")[0]?.query.toString()).toBe("limit=5&cursor=next");
  await api.credits.history({ cursor: null });
  expect(server.of("GET /credits/history")[0]?.query.toString()).toBe("");
  expect((await api.operations()).styles).toEqual([]);
  expect((await api.asset("a/b").url()).asset_url).toBe("https://files/x");
});
