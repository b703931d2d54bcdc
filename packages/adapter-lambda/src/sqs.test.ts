import { SQS } from "@aws-sdk/client-sqs";
import type { Logger } from "@genbff/core";
import { afterAll, beforeAll, beforeEach, expect, it, vi } from "vitest";
import { sqs } from "./sqs.ts";
import { contextOf } from "./testing/serve.ts";
import { type SqsStandIn, startSqs } from "./testing/sqs-stand-in.ts";
import { type SqsWorkerOptions, toSqsWorker } from "./to-sqs-worker.ts";

// The real client of AWS, against a queue on this machine.

let queue: SqsStandIn;
let client: SQS;
const logged: string[] = [];
const write = (fields: object, message: string) => void logged.push(`${message} ${JSON.stringify(fields)}`);
const logger: Logger = { debug: write, info: write, warn: write, error: write };
beforeAll(async () => {
  queue = await startSqs(60);
  const credentials = { accessKeyId: "a", secretAccessKey: "b" };
  client = new SQS({ endpoint: queue.endpoint, region: "us-east-1", credentials, maxAttempts: 1 });
});
beforeEach(() => {
  queue.sent.splice(0);
  queue.lose();
  logged.splice(0);
});
afterAll(async () => {
  client.destroy();
  await queue.close();
});
const open = () => sqs({ client, queueUrl: queue.queueUrl, logger });
const ids = Array.from({ length: 25 }, (_, index) => `00000000-0000-4000-8000-0000000000${index + 10}`);

it("sends a generation's id and nothing else, at its time in whole seconds, and 25 in three goes", async () => {
  const engine = open();
  const sendMessageBatch = vi.spyOn(client, "sendMessageBatch");
  for (const [index, id] of ids.entries()) engine.wake(id, index * 400);
  await engine.settled?.();
  expect(sendMessageBatch).toHaveBeenCalledTimes(3);
  expect(queue.sent.toSorted((a, b) => (a.body < b.body ? -1 : 1))).toEqual(
    ids.map((id, index) => ({ body: `{"generation_id":"${id}"}`, delayS: Math.ceil(index * 0.4) })),
  );
  expect(logged).toEqual([]);
});

it("leaves to the schedule what is to be woken later than a queue can wait", async () => {
  const engine = open();
  engine.wake("a", 900_000);
  engine.wake("b", 900_001);
  await engine.settled?.();
  expect(queue.sent).toEqual([{ body: '{"generation_id":"a"}', delayS: 900 }]);
  expect(logged).toEqual([]);
});

it("settles at once where nothing is under way, and after a queue that refuses", async () => {
  const engine = open();
  await engine.settled?.();
  queue.refuse(true);
  engine.wake("a", 0);
  await engine.settled?.();
  queue.refuse(false);
  expect(queue.sent).toEqual([]);
  expect(logged).toEqual([expect.stringContaining("the schedule makes up for them")]);
  engine.wake("b", 0);
  await engine.stop(10_000);
  expect(queue.sent).toHaveLength(1);
});

/** A BFF whose worker does what a test says. */
function workerOf(advance: (id: string) => Promise<void>, options: SqsWorkerOptions = {}) {
  const advanced: string[] = [];
  const worker = {
    advance: (id: string) => {
      advanced.push(id);
      return advance(id);
    },
    sweep: async () => [],
  };
  const none = async () => undefined;
  return { advanced, handler: toSqsWorker({ start: none, settled: none, worker }, { logger, ...options }) };
}
const [first = "", second = "", third = ""] = ids;

it("is done with what is forged, doubled or about nothing, and lets come again only what failed", async () => {
  const { advanced, handler } = workerOf(async (id) => {
    if (id === second) throw new Error("canary: the database is away");
  });
  for (const id of [first, first, second, third]) queue.put(JSON.stringify({ generation_id: id }));
  for (const body of [
    "",
    "cat",
    "null",
    "[]",
    '{"generation_id":7}',
    `{"generation_id":"${first}' or true"}`,
  ])
    queue.put(body);
  expect(await queue.deliver((event) => handler(event, contextOf()))).toBe(10);
  expect(advanced.toSorted()).toEqual([first, first, second, third]);
  const left = [...queue.messages.values()];
  expect(left.map(({ body }) => body)).toEqual([`{"generation_id":"${second}"}`]);
  expect(logged.join()).not.toContain("canary");
});

it("keeps a message hidden for as long as it is worked on", async () => {
  const short = await startSqs(1);
  const its = sqs({
    client: new SQS({
      endpoint: short.endpoint,
      region: "us-east-1",
      credentials: { accessKeyId: "a", secretAccessKey: "b" },
    }),
    queueUrl: short.queueUrl,
    logger,
  });
  const hidden = vi.spyOn(its, "hide");
  const over = Promise.withResolvers<void>();
  const { handler } = workerOf(() => over.promise, { queue: its });
  short.put(JSON.stringify({ generation_id: first }));
  const delivering = short.deliver((event) => handler(event, contextOf()));
  await vi.waitFor(() => expect(hidden.mock.calls.length).toBeGreaterThan(2), { timeout: 20_000 });
  over.resolve();
  await delivering;
  expect(short.messages.size).toBe(0);
  const calls = hidden.mock.calls.length;
  await new Promise((resolve) => setTimeout(resolve, 500));
  expect(hidden.mock.calls.length).toBe(calls);
  await short.close();
});

it("says once that the queue shows messages too soon, and nothing where that may not be asked", async () => {
  const { handler } = workerOf(async () => undefined, { queue: open() });
  for (let calls = 0; calls < 2; calls++) await handler({ Records: [] }, contextOf(29_000));
  expect(logged).toEqual([
    expect.stringMatching(/shorter than six times.*"visibility_s":60,"wanted_s":17[34]/),
  ]);
  logged.splice(0);
  const enough = workerOf(async () => undefined, { queue: open() });
  await enough.handler({ Records: [] }, contextOf(10_000));
  expect(logged).toEqual([]);
  queue.refuse(true);
  await workerOf(async () => undefined, { queue: open() }).handler({ Records: [] }, contextOf());
  queue.refuse(false);
  expect(logged).toEqual([expect.stringContaining("may not be asked for")]);
});
