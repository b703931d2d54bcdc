import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { afterAll, afterEach, beforeAll, expect, it, vi } from "vitest";
import { type Simulator, startSimulator } from "../../simulator.ts";
import { type Buyer, createBuyer, type Json, photo, pixelAt } from "../../testing/buyer.ts";
import { stopClock } from "../../testing/clock.ts";

type Entries = readonly (readonly [string, string | Uint8Array])[];

const path = "/stability/v2beta/stable-image/edit/replace-background-and-relight";
let simulator: Simulator;
let buyer: Buyer;
let entries: Entries;

beforeAll(async () => {
  simulator = await startSimulator({ jobMs: 20 });
  buyer = createBuyer(simulator);
  entries = [
    ["subject_image", await photo(320, 240)],
    ["background_prompt", "a green forest"],
    ["output_format", "webp"],
  ];
});
afterEach(() => {
  simulator.clearFaults();
  vi.useRealTimers();
});
afterAll(() => simulator.close());

const start = async (more: Entries = [], where = path): Promise<string> => {
  const response = await buyer.form(where, [...entries, ...more]);
  expect(response.status).toBe(200);
  return ((await response.json()) as Json).id;
};
const look = (id: string, accept = "*/*", who = buyer) =>
  who.get(`/stability/v2beta/results/${id}`, { accept });
async function finished(id: string, accept?: string): Promise<Response> {
  await expect.poll(async () => (await look(id)).status).not.toBe(202);
  return look(id, accept);
}

it("is in progress, and then the picture itself, as bytes and as JSON", async () => {
  const slow = await startSimulator({ jobMs: 600_000 });
  const customer = createBuyer(slow);
  const { id } = (await (await customer.form(path, entries)).json()) as Json;
  const early = await look(id, "*/*", customer);
  expect([early.status, await early.json()]).toEqual([202, { id, status: "in-progress" }]);
  await slow.close();

  const job = await start([
    ["light_source_direction", "left"],
    ["light_source_strength", "0.8"],
    ["seed", "9"],
  ]);
  expect(job).toMatch(/^[0-9a-f]{64}$/);
  const done = await finished(job);
  expect(Object.fromEntries(done.headers)).toMatchObject({
    "content-type": "image/webp",
    "finish-reason": "SUCCESS",
    seed: "9",
  });
  const bytes = Buffer.from(await done.arrayBuffer());
  const json = (await (await look(job, "application/json")).json()) as Json;
  expect(Buffer.from(json.image, "base64").equals(bytes)).toBe(true);
  expect(json).toMatchObject({ seed: 9, finish_reason: "SUCCESS" });
  // The ball stands where it stood; the blue behind it is a forest now, lit from the left.
  const sum = async (x: number, y: number) =>
    (await pixelAt(bytes, x, y)).slice(0, 3).reduce((so, value) => so + value, 0);
  expect(await sum(0.45, 0.5)).toBeGreaterThan((await sum(0.55, 0.5)) + 10);
  const side = await sharp(bytes).extract({ left: 0, top: 0, width: 60, height: 240 }).toBuffer();
  const { channels } = await sharp(side).stats();
  expect(channels[1]?.mean).toBeGreaterThan(channels[2]?.mean ?? 0);
  expect(simulator.purchases().at(-1)).toMatchObject({ purchase_id: job, credits: 8, refunded: false });
});

it("does not exist for another key, nor after a day", async () => {
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() });
  const own = await startSimulator({ jobMs: 0 });
  const customer = createBuyer(own);
  const { id } = (await (await customer.form(path, entries)).json()) as Json;
  const refused = await look(id, "*/*", createBuyer(own, "sk-another"));
  expect([refused.status, ((await refused.json()) as Json).name]).toEqual([404, "generation_not_found"]);
  vi.setSystemTime(Date.now() + 23 * 3_600_000);
  expect((await look(id, "*/*", customer)).status).toBe(200);
  vi.setSystemTime(Date.now() + 2 * 3_600_000);
  expect((await look(id, "*/*", customer)).status).toBe(404);
  expect((await look("none", "*/*", customer)).status).toBe(404);
  await own.close();
});

it("upscales creatively, readable at the older path, too", async () => {
  const where = "/stability/v2beta/stable-image/upscale/creative";
  const fields = [
    ["image", await photo(128, 128)],
    ["prompt", "a ball"],
    ["output_format", "jpeg"],
  ] as const;
  const { id } = (await (await buyer.form(where, fields)).json()) as Json;
  await finished(id);
  const result = await buyer.get(`${where}/result/${id}`);
  const { width = 0, height = 0 } = await sharp(await result.arrayBuffer()).metadata();
  expect(width * height).toBeGreaterThan(4_000_000);
  expect(simulator.purchases().at(-1)?.credits).toBe(60);
});

it("fails with an error in place of the result, and costs nothing", async () => {
  simulator.setFaults([{ kind: "job_failed" }, { kind: "moderated", stage: "task" }]);
  const credits = async () =>
    ((await (await buyer.get("/stability/v1/user/balance")).json()) as Json).credits;
  const before = await credits();
  const [failed, flagged] = [await start(), await start([["seed", "1"]])];
  expect([(await finished(failed)).status, (await finished(flagged)).status]).toEqual([400, 403]);
  expect(((await (await look(flagged)).json()) as Json).name).toBe("content_moderation");
  expect(
    simulator
      .purchases()
      .slice(-2)
      .every(({ refunded }) => refunded),
  ).toBe(true);
  expect(await credits()).toBe(before);
});

it("is a blurred picture that is called a success", async () => {
  simulator.setFaults([{ kind: "moderated", stage: "placeholder" }]);
  const response = await finished(await start());
  expect([response.status, response.headers.get("finish-reason")]).toEqual([200, "CONTENT_FILTERED"]);
  const honest = await finished(await start());
  const sharpness = async (one: Response) => (await sharp(await one.arrayBuffer()).stats()).sharpness;
  expect(await sharpness(response)).toBeLessThan((await sharpness(honest)) / 2);
  expect(simulator.purchases().at(-2)?.refunded).toBe(false);
});

it("has an empty file in the end, at every look", async () => {
  simulator.setFaults([{ kind: "no_outputs" }]);
  const id = await start();
  expect(await (await finished(id)).bytes()).toHaveLength(0);
  expect(await (await look(id)).bytes()).toHaveLength(0);
});

it("is under way again after its file was given", async () => {
  const clock = stopClock();
  const slow = await startSimulator({ jobMs: 1_000 });
  slow.setFaults([{ kind: "status_backwards", variant: "complete" }]);
  const who = createBuyer(slow);
  const { id } = (await (await who.form(path, entries)).json()) as Json;
  const statuses = [(await look(id, "*/*", who)).status];
  clock.forward(2_000);
  for (let looks = 0; looks < 2; looks++) statuses.push((await look(id, "*/*", who)).status);
  expect(statuses).toEqual([202, 202, 200]);
  await slow.close();
});

it("has a status that nobody knows", async () => {
  simulator.setFaults([{ kind: "unknown_status", word: "brooding", forever: true }]);
  const id = await start();
  expect(await (await look(id)).json()).toEqual({ id, status: "brooding" });
});

it("goes on after a restart", async () => {
  const folder = await mkdtemp(join(tmpdir(), "stability-"));
  const statePath = join(folder, "state.json");
  const first = await startSimulator({ statePath, jobMs: 0 });
  const { id } = (await (await createBuyer(first).form(path, entries)).json()) as Json;
  await first.close();
  const second = await startSimulator({ statePath, jobMs: 0 });
  const result = await look(id, "*/*", createBuyer(second));
  expect((await sharp(await result.arrayBuffer()).metadata()).format).toBe("webp");
  expect(second.purchases()).toMatchObject([{ purchase_id: id }]);
  await second.close();
  await rm(folder, { recursive: true });
});
