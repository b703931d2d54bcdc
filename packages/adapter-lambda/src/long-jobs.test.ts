import { SQS } from "@aws-sdk/client-sqs";
import type { Engine } from "@genbff/core";
import { afterEach, beforeEach, expect, it, onTestFinished } from "vitest";
import { createTestDatabase, type TestDatabase } from "../../core/src/testing/embedded/test-database.ts";
import { picture, running, scriptedProvider } from "../../core/src/testing/generations/scripted-provider.ts";
import { openScriptedShop, type Shop, type Stock } from "../../core/src/testing/generations/scripted-shop.ts";
import { onDemand } from "./on-demand.ts";
import { sqs } from "./sqs.ts";
import { restApi } from "./testing/gateways.ts";
import { contextOf, serve } from "./testing/serve.ts";
import { startSqs } from "./testing/sqs-stand-in.ts";
import { toLambda } from "./to-lambda.ts";
import { toSchedule } from "./to-schedule.ts";
import { toSqsWorker } from "./to-sqs-worker.ts";

// Whole generations, moved on by functions alone: between two invocations nothing runs. Vendors' quarters of an hour pass
// in the database.

let test: TestDatabase;
let shop: Shop | undefined;
beforeEach(async () => {
  test = await createTestDatabase();
});
afterEach(async () => {
  await shop?.close();
  expect(await test.database.call("genbff_violations", {})).toEqual([]);
  await test.close();
});

/** Which function is running; undefined between two invocations. */
let invocation: "http" | "worker" | "schedule" | undefined;
async function as<Result>(kind: typeof invocation, run: () => Promise<Result>): Promise<Result> {
  invocation = kind;
  try {
    return await run();
  } finally {
    invocation = undefined;
  }
}
const minutesPass = (minutes: number) =>
  test.query(
    `update genbff.generations
        set next_run_at = next_run_at - $1 * interval '1 minute',
            deadline_at = deadline_at - $1 * interval '1 minute',
            lease_expires_at = lease_expires_at - $1 * interval '1 minute'
      where completed_at is null`,
    [minutes],
  );

async function open(engine: Engine, stock: Omit<Stock, "engine">) {
  shop = await openScriptedShop(test, { ...stock, engine: () => engine });
  const { bff } = await shop.open();
  const host = serve(restApi, toLambda(bff));
  const ask = async (path: string, body?: object) => {
    const headers = { "x-user": "ada", "content-type": "application/json" };
    const request = body ? { method: "POST", body: JSON.stringify(body), headers } : { headers };
    const response = await as("http", () => host.fetch(new Request(`${host.baseUrl}${path}`, request)));
    return (await response.json()) as Record<string, unknown>;
  };
  const schedule = toSchedule(bff);
  return { bff, ask, runSchedule: () => as("schedule", () => schedule({}, contextOf(30_000))) };
}

async function openWithQueue(stock: Omit<Stock, "engine">) {
  const queue = await startSqs(5400);
  const credentials = { accessKeyId: "a", secretAccessKey: "b" };
  const client = new SQS({ endpoint: queue.endpoint, region: "us-east-1", credentials, maxAttempts: 1 });
  onTestFinished(async () => {
    client.destroy();
    await queue.close();
  });
  const engine = sqs({ client, queueUrl: queue.queueUrl });
  const opened = await open(engine, stock);
  const handler = toSqsWorker(opened.bff, { queue: engine });
  const runWorker = () => as("worker", () => queue.deliver((event) => handler(event, contextOf(900_000))));
  return { ...opened, queue, runWorker };
}

/** Works a quarter of an hour, and is asked every minute. Notes who asks. */
function slowVendor() {
  const by: unknown[] = [];
  let looks = 0;
  const vendor = scriptedProvider({
    submit() {
      by.push(invocation);
      return running("job", 60_000);
    },
    async check() {
      by.push(invocation);
      looks += 1;
      return looks < 15 ? running("job", 60_000) : picture();
    },
  });
  return { vendor, by };
}
const wish = { task_id: "t", prompt: "a lamp" };

it("a job of 15 minutes is moved on by the queue, and no other function works on it", async () => {
  const { vendor, by } = slowVendor();
  const { ask, queue, runWorker } = await openWithQueue({ providers: { vendor: vendor.port } });
  const { generation_id: id } = await ask("/generate/text-to-image", wish);
  expect(queue.sent).toEqual([{ body: JSON.stringify({ generation_id: id }), delayS: 0 }]);
  for (let minutes = 0; minutes < 16; minutes++) {
    expect(await runWorker()).toBe(1);
    await minutesPass(1);
    queue.timePasses();
    expect(await ask(`/tasks/${id}/status`)).toMatchObject({
      status: minutes < 15 ? "processing" : "complete",
    });
  }
  expect(queue.messages.size).toBe(0);
  expect(new Set(by)).toEqual(new Set(["worker"]));
  expect(vendor.submissions).toHaveLength(1);
});

it("messages that are lost, doubled or early change nothing: the schedule finds what is due", async () => {
  const { vendor, by } = slowVendor();
  const { ask, queue, runWorker, runSchedule } = await openWithQueue({ providers: { vendor: vendor.port } });
  queue.refuse(true);
  const { generation_id: id } = await ask("/generate/text-to-image", wish);
  expect(queue.sent).toEqual([]);
  queue.refuse(false);
  for (let minutes = 0; minutes < 16; minutes++) {
    expect(await runSchedule()).toEqual({ woken: 1 });
    queue.put(JSON.stringify({ generation_id: id }));
    await runWorker();
    // What it was told to send is lost, and the doubles come much too early.
    queue.lose();
    queue.put(JSON.stringify({ generation_id: id }));
    await runWorker();
    queue.lose();
    await minutesPass(1);
  }
  expect(await ask(`/tasks/${id}/status`)).toMatchObject({ status: "complete", credits: { charged: 5 } });
  expect(new Set(by)).toEqual(new Set(["worker"]));
  expect(by).toHaveLength(16);
  expect(await runSchedule()).toEqual({ woken: 0 });
});

it("a vendor that answers when its work is done is asked by the queue's worker alone", async () => {
  const by: unknown[] = [];
  const vendor = scriptedProvider({
    submit() {
      by.push(invocation);
      return picture();
    },
    port: { submitTimeoutMs: 180_000 },
  });
  const { ask, runSchedule, runWorker } = await openWithQueue({ providers: { vendor: vendor.port } });
  const { generation_id: id } = await ask("/generate/text-to-image", wish);
  await runSchedule();
  expect(by).toEqual([]);
  await runWorker();
  expect(by).toEqual(["worker"]);
  expect(await ask(`/tasks/${id}/status`)).toMatchObject({ status: "complete" });
});

it("without a queue a job of 15 minutes is moved on by whoever comes", async () => {
  const { vendor, by } = slowVendor();
  const { ask, runSchedule } = await open(onDemand(), { providers: { vendor: vendor.port } });
  const { generation_id: id } = await ask("/generate/text-to-image", wish);
  expect(by).toEqual(["http"]);
  for (let minutes = 0; minutes < 15; minutes++) {
    // Early ones find nothing to do.
    await ask(`/tasks/${id}/status`);
    await minutesPass(1);
    if (minutes % 2 === 0) await ask(`/tasks/${id}/status`);
    else await runSchedule();
  }
  expect(by).toHaveLength(16);
  expect(new Set(by)).toEqual(new Set(["http", "schedule"]));
  expect(await ask(`/tasks/${id}/status`)).toMatchObject({ status: "complete" });
});

it("without a queue nothing runs outside of an invocation, and no vendor is asked that works while we wait", async () => {
  const engine = onDemand();
  const vendor = scriptedProvider();
  const { ask, bff } = await open(engine, { providers: { vendor: vendor.port } });
  const { generation_id: id } = await ask("/generate/text-to-image", wish);
  for (let polls = 0; polls < 2; polls++) {
    await minutesPass(1);
    expect(await ask(`/tasks/${id}/status`)).toMatchObject({ status: "processing" });
  }
  engine.wake(String(id), 0);
  await engine.settled?.();
  expect(vendor.prepared).toEqual([]);
  await minutesPass(1);
  await bff.worker.advance(String(id));
  expect(await ask(`/tasks/${id}/status`)).toMatchObject({ status: "complete" });
});

it("answers before its own time is up, however long a client waits, and gives back what it is working on", async () => {
  const vendor = scriptedProvider({
    submit: () => running("job", 0),
    check: (_, { signal }) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener("abort", () => reject(signal.reason));
      }),
    port: { submitTimeoutMs: 500 },
  });
  const { bff } = await open(onDemand(), { providers: { vendor: vendor.port } });
  const event = restApi.toEvent({
    method: "POST",
    url: new URL("http://bff.test/api/generate/text-to-image"),
    headers: Object.entries({ "x-user": "ada", "content-type": "application/json", prefer: "wait=20" }),
    body: Buffer.from(JSON.stringify(wish)),
  });
  // Of six seconds two are for work.
  const answered = restApi.toAnswer(await toLambda(bff)(event, contextOf(6000)));
  expect(answered?.status).toBe(202);
  const [row] = await test.query(
    "select step, lease_expires_at, next_run_at <= genbff.now() as due from genbff.generations",
  );
  expect(row).toEqual({ step: "submitted", lease_expires_at: null, due: true });
  // Shorter than the wait that was asked for.
}, 18_000);
