import { afterAll, beforeAll, expect, it, onTestFinished } from "vitest";
import { clientOf } from "../../../packages/client-sdk/test/client.ts";
import { type Cloud, openCloud } from "./cloud.ts";
import { bufferingProxy, cuttingProxy, type Intermediary } from "./proxies.ts";

// The function streams by its URL; what stands between it and the client may not. The messages rest until a test has seen
// what it wants to see, so that news come after a stream was opened, however slow the machine.

let cloud: Cloud;
beforeAll(async () => {
  // A stream ends before the function's time does: here it has as much as Lambda gives, however slow the machine.
  cloud = await openCloud({ variables: { STREAMING: "true" }, httpTimeoutMs: 900_000 });
});
afterAll(() => cloud.close());

/** Starts one; nothing moves it on. */
async function start(): Promise<string> {
  const wish = { task_id: crypto.randomUUID(), prompt: "a lamp" };
  const { status, json } = await cloud.ask("ada", "/generate/text-to-image", wish);
  expect(status).toBe(202);
  return String(json.generation_id);
}

/** Lets the worker have what waits for it. */
const work = () =>
  cloud.fleet.queue.deliver(async (event) => (await cloud.fleet.worker.call(event)) as never);

it("a function URL streams: what is true now comes while the function is still at work, and the end when it is there", async () => {
  const id = await start();
  const answer = await fetch(`${cloud.fleet.baseUrl}/tasks/${id}/events`, {
    headers: { authorization: `Bearer ${await cloud.tokenOf("ada")}` },
  });
  expect(answer.status).toBe(200);
  expect(answer.headers.get("content-type")).toContain("text/event-stream");
  const before = cloud.fleet.http.invocations.length;
  let read = "";
  let isWorking: Promise<unknown> | undefined;
  for await (const chunk of answer.body ?? []) {
    read += Buffer.from(chunk).toString();
    // Nobody would work, and so nothing would end, if this had not come by itself.
    if (isWorking === undefined && read.includes('"status":"pending"')) {
      expect(cloud.fleet.http.invocations).toHaveLength(before);
      isWorking = work();
    }
    if (read.includes('"status":"complete"')) break;
  }
  await isWorking;
  expect(read).toContain('"status":"complete"');
});

/** Follows one by the client as apps have it, through something; resolves to what it told. */
async function followed(proxy: Intermediary): Promise<string[]> {
  onTestFinished(() => proxy.close());
  const token = await cloud.tokenOf("ada");
  const id = await start();
  const api = clientOf({ baseUrl: `${cloud.watch.at(proxy.url)}/api` }, { getAccessToken: () => token });
  const told: string[] = [];
  let isWorking: Promise<unknown> | undefined;
  for await (const { status } of api.generation(id).updates()) {
    told.push(status);
    isWorking ??= work();
  }
  await isWorking;
  return told;
}

const streamed = ({ asked }: Intermediary) => asked.filter((one) => one.includes("/events"));
const polled = ({ asked }: Intermediary) => asked.filter((one) => one.includes("/status"));

it("the client follows to the end where each stream is cut", async () => {
  // Sooner than the vendor answers: no stream lives to see the end of what it tells of.
  const proxy = await cuttingProxy(cloud.fleet.baseUrl, 100);
  const told = await followed(proxy);
  expect(told.at(-1)).toBe("complete");
  expect(proxy.cuts).toBeGreaterThan(0);
});

it("the client asks by itself where answers are held back, and soon tries no more streams", async () => {
  const proxy = await bufferingProxy(cloud.fleet.baseUrl, 1000);
  const told = await followed(proxy);
  expect(told.at(-1)).toBe("complete");
  expect(polled(proxy).length).toBeGreaterThan(0);
  expect(streamed(proxy)).toHaveLength(1);
});
