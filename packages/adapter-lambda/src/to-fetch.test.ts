import { afterEach, beforeEach, expect, it } from "vitest";
import { createTestDatabase, type TestDatabase } from "../../core/src/testing/embedded/test-database.ts";
import { picture, running, scriptedProvider } from "../../core/src/testing/generations/scripted-provider.ts";
import { openScriptedShop, type Shop } from "../../core/src/testing/generations/scripted-shop.ts";
import { readEvents } from "../../core/src/testing/read-events.ts";
import { onDemand } from "./on-demand.ts";
import { contextOf } from "./testing/serve.ts";
import { toFetch } from "./to-fetch.ts";
import { toSchedule } from "./to-schedule.ts";

// Whole generations, moved on by functions that speak Fetch: between two of them nothing runs.

let test: TestDatabase;
let shop: Shop;
beforeEach(async () => {
  test = await createTestDatabase();
});
afterEach(async () => {
  await shop.close();
  expect(await test.database.call("genbff_violations", {})).toEqual([]);
  await test.close();
});

/** Waits for what it is told to, and needs its `this`, as `EdgeRuntime` does. */
class EdgeRuntime {
  #work: Promise<unknown>[] = [];
  waitUntil(work: Promise<unknown>): void {
    this.#work.push(work);
  }
  /** The process ends when everything is over that it was told of. */
  async ends(): Promise<void> {
    await Promise.all(this.#work);
  }
}

/** A vendor that works three minutes and is asked every minute. */
function slowVendor() {
  let looks = 0;
  return scriptedProvider({
    submit: () => running("job", 60_000),
    async check() {
      looks += 1;
      return looks < 3 ? running("job", 60_000) : picture();
    },
  });
}

async function open() {
  const vendor = slowVendor();
  const engine = onDemand();
  shop = await openScriptedShop(test, { providers: { vendor: vendor.port }, engine: () => engine });
  const { bff } = await shop.open();
  // Supabase takes this off; the BFF of the shop is at /api.
  const answer = toFetch(bff, { pathPrefix: "/api" });
  const send = async (path: string, body?: object) => {
    const headers = { "x-user": "ada", "content-type": "application/json" };
    const init = body ? { method: "POST", body: JSON.stringify(body), headers } : { headers };
    const runtime = new EdgeRuntime();
    const response = await answer(new Request(`https://edge.test${path}`, init), runtime);
    await runtime.ends();
    return response;
  };
  const ask = async (path: string, body?: object) =>
    (await (await send(path, body)).json()) as Record<string, unknown>;
  return { bff, engine, vendor, send, ask, schedule: toSchedule(bff) };
}
const minutePasses = () =>
  test.query(
    "update genbff.generations set next_run_at = next_run_at - interval '1 minute' where completed_at is null",
  );
const wish = { task_id: "t", prompt: "a lamp" };

it("buys within the request that starts, and goes on with whoever comes: polls and the schedule", async () => {
  const { vendor, ask, engine, schedule } = await open();
  const started = await ask("/generate/text-to-image", wish);
  const id = String(started.generation_id);
  // The answer came first: it does not wait for the vendor.
  expect(started).toMatchObject({ status: "pending" });
  expect(vendor.submissions).toHaveLength(1);
  await minutePasses();
  // Outside of a request nobody works.
  engine.wake(id, 0);
  await engine.settled?.();
  expect(await ask(`/tasks/${id}/status`)).toMatchObject({ status: "processing" });
  await minutePasses();
  expect(await schedule({}, contextOf(60_000))).toEqual({ woken: 1 });
  await minutePasses();
  await ask(`/tasks/${id}/status`);
  expect(await ask(`/tasks/${id}/status`)).toMatchObject({ status: "complete", credits: { charged: 5 } });
  expect(vendor.submissions).toHaveLength(1);
});

it("ends a stream after what is true now, so that its reader comes back and moves his generation on", async () => {
  const { ask, send } = await open();
  const { generation_id: id } = await ask("/generate/text-to-image", wish);
  const statuses: unknown[] = [];
  for (let visits = 0; statuses.at(-1) !== "complete"; visits++) {
    expect(visits).toBeLessThan(10);
    await minutePasses();
    const events = await readEvents(await send(`/tasks/${id}/events`));
    statuses.push(...events.map(({ data }) => data.status));
  }
  expect(statuses).toContain("processing");
});

it("hands over what the host knows, under the path that the client asked for", async () => {
  const told: unknown[] = [];
  const bff = {
    async fetch(request: Request, host?: object) {
      told.push([request.method, request.url, await request.text(), host]);
      return new Response("ok");
    },
  };
  const request = () => new Request("https://edge.test/api/quotes?a=%2F", { method: "POST", body: "{}" });
  const host = { remoteAddress: "203.0.113.7", waitUntil: () => undefined };
  await toFetch(bff, { pathPrefix: "/functions/v1" })(request(), host);
  await toFetch(bff)(request(), host);
  const peer = { ...host, waitUntil: expect.any(Function), buffers: true, refusal: undefined };
  expect(told).toEqual([
    ["POST", "https://edge.test/functions/v1/api/quotes?a=%2F", "{}", peer],
    ["POST", "https://edge.test/api/quotes?a=%2F", "{}", peer],
  ]);
});
