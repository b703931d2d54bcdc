import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { answering, type BffServer, failing, startBffServer, streaming } from "../test/bff-server.ts";
import { all, clientOf } from "../test/client.ts";
import { balance, complete, generationId, picture, status, taskId, tree } from "../test/wire.ts";
import type { TaskUpdate } from "./index.ts";
import { createSharedWatches } from "./shared-watches.ts";

let server: BffServer;
beforeEach(async () => {
  server = await startBffServer();
});
afterEach(() => server.close());

const events = `GET /tasks/${generationId}/events`;
const taskEvents = `GET /tasks/${taskId}/events`;
const event = (data: ReturnType<typeof status>) => ({ id: data.version, data });

test("opens one stream for all who watch a generation", async () => {
  server.on(events, streaming([event(status(1)), event(status(2)), event(complete(3))], "hold"));
  const api = clientOf(server);
  const [first, second, result] = await Promise.all([
    all(api.generation(generationId).updates()),
    all(api.generation(generationId).updates()),
    api.generation<"text-to-image">(generationId).result(),
  ]);
  expect(first).toEqual([status(1), status(2), complete(3)]);
  expect(second).toEqual(first);
  expect(result).toEqual({ assets: [picture], failures: [] });
  expect(server.received).toHaveLength(1);
});

test("begins with what is true now for whoever comes later, and goes on for who stays", async () => {
  server.on(
    taskEvents,
    streaming([event(status(1)), event(status(2))], "hold"),
    streaming([event(complete(3))]),
  );
  const api = clientOf(server);
  const early = api.task(taskId).updates()[Symbol.asyncIterator]();
  const take = async (updates: AsyncIterator<TaskUpdate>) => (await updates.next()).value as TaskUpdate;
  expect(await take(early)).toEqual({ type: "connection", state: "open" });
  expect(await take(early)).toEqual({ type: "generation", generation: status(1) });
  expect(await take(early)).toEqual({ type: "generation", generation: status(2) });
  const late = api.task(taskId).updates()[Symbol.asyncIterator]();
  expect(await take(late)).toEqual({ type: "connection", state: "open" });
  expect(await take(late)).toEqual({ type: "generation", generation: status(2) });
  await early.return?.();
  server.cut();
  expect(await take(late)).toEqual({ type: "generation", generation: complete(3) });
  await late.return?.();
  expect(server.of(taskEvents).map((one) => one.headers["last-event-id"])).toEqual([undefined, "2"]);
});

test("closes the stream when the last has left, and opens another for the next", async () => {
  const closed = vi.fn();
  server.on(events, (response, request) => {
    response.on("close", closed);
    return streaming([event(status(1))], "hold")(response, request);
  });
  const generation = clientOf(server).generation(generationId);
  const stop = new AbortController();
  const aborted = all(generation.updates({ signal: stop.signal }));
  for await (const _ of generation.updates()) break;
  expect(closed).not.toHaveBeenCalled();
  stop.abort();
  expect(await aborted).toEqual([status(1)]);
  await vi.waitFor(() => expect(closed).toHaveBeenCalledTimes(1));
  for await (const update of generation.updates()) {
    expect(update).toEqual(status(1));
    break;
  }
  expect(server.of(events)).toHaveLength(2);
});

test("tells everybody that there is nothing to watch", async () => {
  const generation = clientOf(server).generation(generationId);
  const outcomes = await Promise.allSettled([all(generation.updates()), generation.result()]);
  for (const outcome of outcomes)
    expect(outcome).toMatchObject({ status: "rejected", reason: { code: "not_found" } });
  expect(server.of(events)).toHaveLength(1);
});

test("polls once for all where there is no stream", async () => {
  server.on(taskEvents, failing(405, "method_not_allowed"));
  server.on(`GET /tasks/${taskId}`, answering(200, tree(status(1))));
  server.on("GET /credits/balance", answering(200, balance(95)));
  const task = clientOf(server).task(taskId);
  const three = async () => {
    const types: string[] = [];
    for await (const { type } of task.updates()) if (types.push(type) === 3) return types;
    return types;
  };
  const told = await Promise.all([three(), three(), three()]);
  expect(told).toEqual(Array.from({ length: 3 }, () => ["connection", "generation", "balance"]));
  expect(server.of(taskEvents)).toHaveLength(1);
});

test("does not hand out links that are half an hour old", async () => {
  vi.useFakeTimers({ toFake: ["Date"] });
  try {
    const shared = createSharedWatches();
    const open = vi.fn(async function* (signal: AbortSignal) {
      yield "told";
      await new Promise((resolve) => signal.addEventListener("abort", resolve));
    });
    const join = () => shared.join({ key: "k", open, subjectOf: () => "s" }, undefined);
    const readers = [join(), join()];
    for (const reader of readers) expect(await reader.next()).toEqual({ done: false, value: "told" });
    expect(open).toHaveBeenCalledTimes(1);
    vi.setSystemTime(Date.now() + 31 * 60_000);
    const later = [join(), join()];
    for (const reader of later) expect(await reader.next()).toEqual({ done: false, value: "told" });
    expect(open).toHaveBeenCalledTimes(2);
    for (const reader of [...readers, ...later]) await reader.return();
    expect(open.mock.calls.every(([signal]) => signal.aborted)).toBe(true);
  } finally {
    vi.useRealTimers();
  }
});
