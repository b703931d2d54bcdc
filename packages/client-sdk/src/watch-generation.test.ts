import { afterEach, beforeEach, expect, test } from "vitest";
import {
  answering,
  type BffServer,
  dropping,
  failing,
  startBffServer,
  streaming,
} from "../test/bff-server.ts";
import { all, clientOf } from "../test/client.ts";
import { complete, failed, generationId, picture, status, taskId } from "../test/wire.ts";
import { isGenerationError } from "./index.ts";

let server: BffServer;
beforeEach(async () => {
  server = await startBffServer();
});
afterEach(() => server.close());

const events = `GET /tasks/${generationId}/events`;
const statusRoute = `GET /tasks/${generationId}/status`;
const generation = () => clientOf(server).generation<"text-to-image">(generationId);
const versionsOf = async (options: { cutAfter?: number } = {}) => {
  const versions: number[] = [];
  for await (const { version } of generation().updates()) {
    versions.push(version);
    if (version === options.cutAfter) server.cut();
  }
  return versions;
};
const event = (data: ReturnType<typeof status>) => ({ id: data.version, data });

test("tells every version from the stream, and ends with the final one", async () => {
  server.on(events, streaming([event(status(1)), event(status(2)), event(complete(3))], "hold"));
  const updates = await all(generation().updates());
  expect(updates).toEqual([status(1), status(2), complete(3)]);
  expect(server.received).toHaveLength(1);
  expect(server.of(events)[0]?.headers).toMatchObject({
    authorization: "Bearer token-1",
    accept: "text/event-stream",
  });
});

test("puts an unfinished picture into the last status, and takes it out at the end", async () => {
  const shown = { index: 0, url: "/previews/0.png", content_type: "image/png", width: 4, height: 4 };
  const told = { task_id: taskId, generation_id: generationId };
  const preview = (version: number, index: number) => ({
    event: "preview",
    id: version,
    data: { ...told, version, ...shown, index },
  });
  server.on(
    events,
    streaming(
      [
        preview(1, 0),
        event(status(2)),
        preview(3, 0),
        preview(3, 0),
        preview(4, 1),
        preview(5, 0),
        event(complete(6)),
      ],
      "hold",
    ),
  );
  const updates = await all(generation().updates());
  expect(updates.map(({ version, progress }) => [version, progress])).toEqual([
    [2, 20],
    [3, 20],
    [4, 20],
    [5, 20],
    [6, 100],
  ]);
  expect(updates.map(({ previews }) => previews.map(({ index }) => index))).toEqual([
    [],
    [0],
    [0, 1],
    [1, 0],
    [],
  ]);
});

test("resumes after a cut with Last-Event-ID, and tells nothing twice", async () => {
  server.on(
    events,
    streaming([event(status(1)), event(status(2))], "hold"),
    streaming([event(status(2)), event(status(3)), event(complete(4)), event(complete(4))], "hold"),
  );
  expect(await versionsOf({ cutAfter: 2 })).toEqual([1, 2, 3, 4]);
  expect(server.of(events).map((one) => one.headers["last-event-id"])).toEqual([undefined, "2"]);
  expect(server.of(statusRoute)).toHaveLength(0);
});

test("comes back when a host ends the stream after the backlog", async () => {
  server.on(events, streaming([event(status(1))]), streaming([]), streaming([event(complete(2))]));
  expect(await versionsOf()).toEqual([1, 2]);
  expect(server.of(events)).toHaveLength(3);
});

test("never lets progress fall", async () => {
  const backwards = [status(1, { progress: 60 }), status(2, { progress: 40 }), complete(3)];
  server.on(events, streaming(backwards.map(event)));
  expect((await all(generation().updates())).map((update) => update.progress)).toEqual([60, 60, 100]);
});

test("leaves out an event that is out of order, of another generation or of another kind", async () => {
  const other = { ...complete(9), generation_id: "another" };
  server.on(
    events,
    streaming([
      event(status(2)),
      event(status(1)),
      { id: 9, data: other },
      { event: "balance", data: { available: 1 } },
      event(complete(3)),
    ]),
  );
  expect(await versionsOf()).toEqual([2, 3]);
});

test.each([
  ["is refused", failing(429, "rate_limited", { headers: { "retry-after": "30" } })],
  ["is not a stream", answering(200, {})],
  ["is not there", failing(404, "not_found")],
  ["ends without a byte", streamingNothing()],
])("polls, and lets the server wait for news, when the stream %s", async (_, answer) => {
  server.on(events, answer);
  server.on(statusRoute, answering(200, status(1)), answering(200, status(2)), answering(200, complete(3)));
  expect(await versionsOf()).toEqual([1, 2, 3]);
  expect(server.of(events)).toHaveLength(1);
  expect(server.of(statusRoute).map((one) => one.query.toString())).toEqual([
    "",
    "wait=20&version=1",
    "wait=20&version=2",
  ]);
});

test("polls when something in between holds the stream back, and remembers it", async () => {
  server.on(events, (response) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.flushHeaders();
  });
  server.on(statusRoute, answering(200, complete(3)));
  const api = clientOf(server);
  expect(await all(api.generation(generationId).updates())).toEqual([complete(3)]);
  expect(await all(api.generation(generationId).updates())).toEqual([complete(3)]);
  expect(server.of(events)).toHaveLength(1);
});

test("polls when not even the head of the stream arrives", async () => {
  server.on(events, () => undefined);
  server.on(statusRoute, answering(200, complete(3)));
  expect(await versionsOf()).toEqual([3]);
});

test("polls at the server's pace when waiting requests are cut off", async () => {
  server.on(events, failing(405, "method_not_allowed"));
  server.on(
    statusRoute,
    answering(200, status(1)),
    dropping,
    answering(200, status(2)),
    answering(200, complete(3)),
  );
  expect(await versionsOf()).toEqual([1, 2, 3]);
  const queries = server.of(statusRoute).map((one) => one.query.toString());
  expect(queries).toEqual(["", "wait=20&version=1", "", ""]);
});

test("polls when streams are cut again and again without news", async () => {
  server.on(events, streaming([event(status(1))], "hold"), streaming([], "cut"));
  server.on(statusRoute, answering(200, complete(2)));
  expect(await versionsOf({ cutAfter: 1 })).toEqual([1, 2]);
  expect(server.of(events)).toHaveLength(4);
});

test("takes a stream that went silent for dead, and resumes", async () => {
  server.on(events, streaming([event(status(1))], "hold"), streaming([event(complete(2))]));
  expect(await versionsOf()).toEqual([1, 2]);
  expect(server.of(events)[1]?.headers["last-event-id"]).toBe("1");
});

test("rejects where trying again is useless", async () => {
  await expect(versionsOf()).rejects.toMatchObject({ code: "not_found" });
  server.on(events, failing(401, "invalid_token"));
  server.on(statusRoute, failing(401, "invalid_token"));
  await expect(generation().result()).rejects.toMatchObject({ code: "invalid_token" });
});

test("ends quietly when it is aborted, and a wait for the result rejects", async () => {
  server.on(events, streaming([event(status(1))], "hold"));
  const stop = new AbortController();
  const versions: number[] = [];
  for await (const update of generation().updates({ signal: stop.signal })) {
    versions.push(update.version);
    stop.abort();
  }
  expect(versions).toEqual([1]);
  const reason = new Error("left the page");
  const waiting = generation().result({ signal: AbortSignal.abort(reason) });
  await expect(waiting).rejects.toBe(reason);
});

test("closes the stream when the loop is left", async () => {
  let closed = () => {};
  const whenClosed = new Promise<void>((resolve) => {
    closed = resolve;
  });
  server.on(events, (response, request) => {
    response.on("close", closed);
    return streaming([event(status(1))], "hold")(response, request);
  });
  for await (const _ of generation().updates()) break;
  await whenClosed;
});

test("gives the result, and knows it for a while", async () => {
  server.on(events, streaming([event(status(1)), event(complete(2))]));
  const one = generation();
  expect(await one.result()).toEqual({ assets: [picture], failures: [] });
  expect(await one.settled()).toMatchObject({ ok: true });
  expect(one.taskId).toBe(taskId);
  expect(server.received).toHaveLength(1);
});

test("gives the JSON of an operation that makes no file", async () => {
  const planned = { ...complete(2), assets: [], json: { prompts: ["a", "b"] } };
  server.on(events, streaming([event(planned)]));
  const plan = clientOf(server).generation<"plan-logo">(generationId);
  expect((await plan.result()).json.prompts).toEqual(["a", "b"]);
});

test("tells a failed and a cancelled generation as errors with their code", async () => {
  server.on(events, streaming([event(failed(2, "content_rejected"))]));
  const error = await generation()
    .result()
    .catch((reason: unknown) => reason);
  if (!isGenerationError(error, "content_rejected")) throw error;
  expect(error.message).toBe("About content_rejected.");
  expect(error.generation.credits.charged).toBe(0);
  server.on(events, streaming([event(status(2, { status: "cancelled" }))]));
  const settled = await generation().settled();
  expect(settled.ok ? undefined : settled.error.code).toBe("cancelled");
});

function streamingNothing() {
  return (response: import("node:http").ServerResponse) =>
    void response.writeHead(200, { "content-type": "text/event-stream" }).end();
}
