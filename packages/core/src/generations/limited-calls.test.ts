import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, it, onTestFinished } from "vitest";
import type { Engine } from "../engine/port.ts";
import { AppError } from "../errors/app-error.ts";
import { bookAndShop } from "../testing/generations/book-and-shop.ts";
import { picture, running, scriptedProvider } from "../testing/generations/scripted-provider.ts";
import type { Process, Stock } from "../testing/generations/scripted-shop.ts";
import { tinyPng } from "../testing/test-studio.ts";

// What a host does that ends or freezes its processes: it calls the worker itself, and says how long a call may take.

const { test, openShop } = bookAndShop();

/** Remembers whom it should wake, and wakes nobody. */
function idleEngine() {
  const woken: { id: string; delayMs: number }[] = [];
  const asked: string[] = [];
  const engine: Engine = {
    start: () => undefined,
    wake: (id, delayMs) => void woken.push({ id, delayMs }),
    asked: (id) => void asked.push(id),
    stop: async () => undefined,
  };
  return { engine, woken, asked };
}

async function begin(stock: Omit<Stock, "engine">) {
  const idle = idleEngine();
  const shop = await openShop({ ...stock, engine: () => idle.engine });
  const process = await shop.open();
  const started = await process.ask("ada", "/generate/text-to-image", { task_id: "t", prompt: "a lamp" });
  return { ...idle, process, id: started.json.generation_id as string };
}
const row = async () =>
  (
    await test.query<{
      status: string;
      step: string;
      attempt: number;
      owner: string | null;
      due: boolean;
      retries: object;
    }>(
      "select status, step, attempt, lease_owner as owner, next_run_at <= genbff.now() as due, retries from genbff.generations",
    )
  )[0];
const statusOf = async (process: Process, id: string) =>
  (await process.ask("ada", `/tasks/${id}/status`)).json.status;

it("leaves a vendor that works while we wait to a call that may take long", async () => {
  const vendor = scriptedProvider();
  const { process, id, woken } = await begin({ providers: { vendor: vendor.port } });
  expect(woken).toEqual([{ id, delayMs: 0 }]);

  await process.worker.advance(id, { budgetMs: 60_000, longCalls: false });
  expect(vendor.prepared).toEqual([]);
  expect(await row()).toMatchObject({ step: "intent", attempt: 1, retries: {} });
  expect(woken.slice(1)).toEqual([{ id, delayMs: 5000 }]);

  await test.query("update genbff.generations set next_run_at = genbff.now()");
  await process.worker.advance(id);
  expect(await statusOf(process, id)).toBe("complete");
  expect(vendor.submissions).toMatchObject([{ generationId: id, attempt: 1 }]);
});

it("buys nothing that may be answered after its time, and gives up no attempt for it", async () => {
  const vendor = scriptedProvider({ check: async ({ key }) => running(key, 1000) });
  const { process, id } = await begin({ providers: { vendor: vendor.port } });
  await process.worker.advance(id, { budgetMs: 9000, longCalls: false });
  expect(vendor.submissions).toEqual([]);
  await test.query("update genbff.generations set next_run_at = genbff.now()");
  await process.worker.advance(id, { budgetMs: 60_000, longCalls: false });
  expect(vendor.submissions).toMatchObject([{ attempt: 1 }]);
});

it("gives a lost submission back that it has no time to send again", async () => {
  const vendor = scriptedProvider({
    check: async ({ key }) => running(key, 1000),
    port: { idempotencyKeyLifetimeMs: 3_600_000 },
    submit(_, count) {
      if (count === 1) throw new Error("the line broke");
      return picture();
    },
  });
  const { process, id } = await begin({ providers: { vendor: vendor.port } });
  let sent = 0;
  // Its time is used up by the first submission: what remains does not suffice for the second.
  for (const budgetMs of [60_000, 5000, 60_000]) {
    await process.worker.advance(id, { budgetMs });
    await test.query("update genbff.generations set next_run_at = genbff.now() where completed_at is null");
    sent = vendor.submissions.length;
  }
  expect(sent).toBe(2);
  expect(await statusOf(process, id)).toBe("complete");
});

it("breaks a download off when its time is over, keeps what it has copied, and wakes another", async () => {
  const asked: string[] = [];
  let hangs = true;
  const server = createServer((request, response) => {
    asked.push(request.url ?? "");
    response.writeHead(200, { "content-type": "image/png" });
    if (request.url === "/1" && hangs) response.write(tinyPng.subarray(0, 20));
    else response.end(tinyPng);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const outputs = [0, 1].map((index) => ({ index, source: { url: `${origin}/${index}` } }));
  const vendor = scriptedProvider({
    outputs: 2,
    submit: () => running("job", 0),
    check: async () => ({ state: "done", outputs }),
  });
  const { process, id, woken } = await begin({
    providers: { vendor: vendor.port },
    trustedOrigins: [origin],
  });
  await process.worker.advance(id);
  // A slow machine may be broken off before it has copied the first.
  while (!asked.includes("/1")) await process.worker.advance(id, { budgetMs: 1500 });
  const first = asked.filter((path) => path === "/0");
  expect(await row()).toMatchObject({ status: "processing", step: "fetching", due: true, retries: {} });
  expect(woken.at(-1)).toEqual({ id, delayMs: 0 });

  hangs = false;
  await process.worker.advance(id);
  expect(await statusOf(process, id)).toBe("complete");
  expect(asked).toEqual([...first, "/1", "/1"]);
  expect(vendor.submissions).toHaveLength(1);
});

it("gives a file back that a job's vendor was sending, and uses up no try", async () => {
  let hangs = true;
  const vendor = scriptedProvider({
    submit: () => running("job", 0),
    async check(_, { signal }) {
      if (!hangs) return picture();
      const stream = new ReadableStream<Uint8Array>({
        start(controller) {
          controller.enqueue(tinyPng.slice(0, 20));
          signal.addEventListener("abort", () => controller.error(signal.reason));
        },
      });
      return { state: "done", outputs: [{ index: 0, source: { stream } }] };
    },
  });
  const { process, id, woken } = await begin({ providers: { vendor: vendor.port } });
  await process.worker.advance(id);
  for (let calls = 0; calls < 7; calls++) await process.worker.advance(id, { budgetMs: 100 });
  expect(await row()).toMatchObject({ step: "submitted", owner: null, due: true, attempt: 1, retries: {} });
  expect(woken.at(-1)).toEqual({ id, delayMs: 0 });
  hangs = false;
  await process.worker.advance(id);
  expect(await statusOf(process, id)).toBe("complete");
});

it("wakes the one that a waiting id has given it, not the id", async () => {
  const vendor = scriptedProvider({
    submit: () => running(crypto.randomUUID(), 7000),
    check: async ({ key }) => running(key, 7000),
  });
  const { process, id, woken } = await begin({ providers: { vendor: vendor.port } });
  const second = await process.ask("ada", "/generate/text-to-image", { task_id: "t", prompt: "a chair" });
  woken.splice(0);
  await process.worker.advance(second.json.generation_id);
  expect(vendor.submissions).toMatchObject([{ generationId: id }]);
  expect(woken).toContainEqual({ id, delayMs: expect.any(Number) });
  expect(woken).toContainEqual({ id: second.json.generation_id, delayMs: 0 });
  expect(woken).toHaveLength(2);
});

it("one sweep wakes what is due, and a host that waits is told what to wait for", async () => {
  const { process, id, woken, asked } = await begin({ providers: { vendor: scriptedProvider().port } });
  expect(await process.bff.wakeDue({ budgetMs: 1000 })).toBe(1);
  expect(woken.map((each) => each.id)).toEqual([id, id]);

  const waited: Promise<unknown>[] = [];
  const host = { waitUntil: (work: Promise<unknown>) => void waited.push(work) };
  const request = new Request(`http://shop.test/api/tasks/${id}/status`, { headers: { "x-user": "ada" } });
  expect((await process.bff.fetch(request, host)).status).toBe(200);
  await Promise.all(waited);
  expect(waited).toHaveLength(1);
  expect(asked).toEqual([id]);

  // What a host could not take is said in our own words, and nothing else is done.
  const refusal = new AppError("payload_too_large", { details: { bytes_max: 1 } });
  const refused = await process.bff.fetch(request, { refusal });
  expect(refused.headers.get("x-request-id")).toEqual(expect.any(String));
  expect(await refused.json()).toMatchObject({ error: "payload_too_large", details: { bytes_max: 1 } });
  expect(asked).toEqual([id]);
  await process.worker.advance(id);
  await process.ask("ada", `/tasks/${id}/status`);
  expect(asked).toEqual([id]);
});
