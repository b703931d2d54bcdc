import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { type BffServer, startBffServer, streaming } from "../test/bff-server.ts";
import { all, clientOf } from "../test/client.ts";
import { complete, generationId, status, taskId } from "../test/wire.ts";
import type { ConnectionState, TaskUpdate } from "./index.ts";

let server: BffServer;
beforeEach(async () => {
  server = await startBffServer();
});
afterEach(() => server.close());

const events = `GET /tasks/${generationId}/events`;
const event = (data: ReturnType<typeof status>) => ({ id: data.version, data });

test("loses touch with a server that is gone, finds it again, and has missed nothing", async () => {
  server.on(events, streaming([event(status(1))], "hold"));
  const api = clientOf(server);
  const states: ConnectionState[] = [];
  api.connection.subscribe((state) => states.push(state));
  const watching = api.generation(generationId).updates()[Symbol.asyncIterator]();
  expect((await watching.next()).value).toEqual(status(1));

  const port = Number(new URL(server.baseUrl).port);
  await server.close();
  const next = watching.next();
  await vi.waitFor(() => expect(api.connection.current().state).toBe("reconnecting"));
  expect(states[0]).toMatchObject({ state: "reconnecting", retryAtMs: expect.any(Number) });

  server = await startBffServer({ port, routes: { [events]: [streaming([event(complete(2))])] } });
  expect((await next).value).toEqual(complete(2));
  expect(server.of(events)[0]?.headers["last-event-id"]).toBe("1");
  expect((await watching.next()).done).toBe(true);
  expect(api.connection.current()).toEqual({ state: "open" });
});

test("tries at once on retryNow and when the device comes online", async () => {
  const port = Number(new URL(server.baseUrl).port);
  await server.close();
  const online = new EventTarget();
  vi.stubGlobal("addEventListener", online.addEventListener.bind(online));
  vi.stubGlobal("removeEventListener", online.removeEventListener.bind(online));
  const api = clientOf(server, {}, { retryMs: 3_600_000, retryMaxMs: 3_600_000 });
  const watching = all(api.generation(generationId).updates());
  const waiting = () =>
    vi.waitFor(() => expect(api.connection.current()).toMatchObject({ retryAtMs: expect.any(Number) }));
  await waiting();
  online.dispatchEvent(new Event("online"));
  expect(api.connection.current()).toEqual({ state: "reconnecting", retryAtMs: null });
  await waiting();
  server = await startBffServer({ port, routes: { [events]: [streaming([event(complete(1))])] } });
  api.connection.retryNow();
  expect(await watching).toEqual([complete(1)]);
  vi.unstubAllGlobals();
});

test("forgets a watch that was left while it was out of touch", async () => {
  await server.close();
  const api = clientOf(server, {}, { retryMs: 3_600_000, retryMaxMs: 3_600_000 });
  const stop = new AbortController();
  const watching = all(api.task(taskId).updates({ signal: stop.signal }));
  await vi.waitFor(() => expect(api.connection.current().state).toBe("reconnecting"));
  stop.abort();
  const updates: TaskUpdate[] = await watching;
  expect(updates).toEqual([{ type: "connection", state: "reconnecting", retryInMs: expect.any(Number) }]);
  expect(api.connection.current()).toEqual({ state: "open" });
  server = await startBffServer();
});
