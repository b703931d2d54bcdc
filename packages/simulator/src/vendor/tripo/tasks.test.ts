import { validateBytes } from "gltf-validator";
import sharp from "sharp";
import { afterAll, afterEach, beforeAll, expect, it, vi } from "vitest";
import { type Simulator, startSimulator } from "../../simulator.ts";
import { type Buyer, createBuyer, finished, type Json, photo } from "../../testing/buyer.ts";
import { stopClock } from "../../testing/clock.ts";
import { progressOf } from "./progress.ts";
import type { TaskRecord } from "./store.ts";

const model = "v3.1-20260211";
let simulator: Simulator;
let buyer: Buyer;

beforeAll(async () => {
  simulator = await startSimulator({ jobMs: 120, canary: "zebra" });
  buyer = createBuyer(simulator);
});
afterEach(() => void vi.useRealTimers());
afterAll(() => simulator.close());

async function create(body: unknown, operation = "text-to-model"): Promise<string> {
  const response = await buyer.post(`/tripo/v3/generation/${operation}`, body);
  return ((await response.json()) as Json).data.task_id;
}
const bytesOf = async (url: string) => new Uint8Array(await (await fetch(url)).arrayBuffer());

it("goes from queued over running with rising progress to success", async () => {
  const id = await create({ model, prompt: "a vase" });
  const seen: string[] = [];
  let progress = 0;
  for (;;) {
    const { data } = (await (await buyer.get(`/tripo/v3/tasks/${id}`)).json()) as Json;
    if (data.status !== seen.at(-1)) seen.push(data.status);
    expect(data.progress).toBeGreaterThanOrEqual(progress);
    progress = data.progress;
    if (data.status === "success") break;
    expect(data.output).toEqual({});
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  // A busy machine may look too late to see the queue; it never sees a step back.
  expect(seen).toEqual(["queued", "running", "success"].filter((status) => seen.includes(status)));
});

it("waits, then runs, then is done, by the clock alone", () => {
  const task = { created_ms: 1000, job_ms: 100 } as TaskRecord;
  const at = (now: number) => progressOf(task, now);
  expect([1000, 1010, 1015, 1057, 1099, 1100].map((now) => at(now).status)).toEqual([
    "queued",
    "queued",
    "running",
    "running",
    "running",
    "success",
  ]);
  expect([1000, 1015, 1057, 1099, 1100].map((now) => at(now).progress)).toEqual([0, 0, 49, 98, 100]);
});

it("delivers a textured GLB without errors or warnings, and a preview", async () => {
  const upload = await buyer.form("/tripo/v3/files", [["file", await photo()]]);
  const input = ((await upload.json()) as Json).data.file_token;
  const task = await finished(buyer, await create({ model, input, face_limit: 5000 }, "image-to-model"));
  expect(task).toMatchObject({ progress: 100, credits_consumed: 30, input: { model, input } });
  expect(Date.parse(task.completed_at) - Date.parse(task.created_at)).toBe(120);
  expect(task.output.model_url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/tripo\/media\/zebra\/.*model\.glb\?/);

  const report = await validateBytes(await bytesOf(task.output.model_url));
  expect(report.issues).toMatchObject({ numErrors: 0, numWarnings: 0 });
  expect(report.info.totalTriangleCount).toBeLessThan(5500);
  expect(report.info.resources).toContainEqual(expect.objectContaining({ mimeType: "image/jpeg" }));
  const preview = await sharp(await bytesOf(task.output.rendered_image_url)).metadata();
  expect(preview).toMatchObject({ format: "webp", width: 512, height: 512 });
});

it("delivers FBX for a quad mesh", async () => {
  const task = await finished(buyer, await create({ model, prompt: "a cup", quad: true }));
  const start = new TextDecoder().decode((await bytesOf(task.output.model_url)).subarray(0, 14));
  expect(task.output.model_url).toContain("model.fbx");
  expect(start).toBe("; FBX 7.4.0 pr");
});

it("lets links die, and hands out fresh ones when the task is read again", async () => {
  const clock = stopClock();
  const hasty = await startSimulator({ jobMs: 1, linkTtlMs: 500 });
  const customer = createBuyer(hasty);
  const order = { model, prompt: "a bowl", face_limit: 200 };
  const created = await customer.post("/tripo/v3/generation/text-to-model", order);
  const id = ((await created.json()) as Json).data.task_id;
  clock.forward(1);
  const { output } = await finished(customer, id);
  clock.forward(510);
  const dead = await fetch(output.rendered_image_url);
  expect([dead.status, dead.headers.get("content-type")]).toEqual([403, "application/xml"]);
  const fresh = await finished(customer, id);
  expect((await fetch(fresh.output.rendered_image_url)).status).toBe(200);
  await hasty.close();
});

it("refuses a link that was tampered with", async () => {
  const { output } = await finished(buyer, await create({ model, prompt: "a cup" }));
  expect((await fetch(output.model_url.replace("Expires=1", "Expires=9"))).status).toBe(403);
});

it("shows tasks to the key that made them only", async () => {
  const id = await create({ model, prompt: "a cup" });
  const stranger = createBuyer(simulator, "tsk_other");
  const response = await stranger.get(`/tripo/v3/tasks/${id}`);
  expect([response.status, ((await response.json()) as Json).code]).toEqual([404, 2001]);
  const list = await stranger.post("/tripo/v3/tasks/list", { task_ids: [id] });
  expect((await list.json()) as Json).toMatchObject({ data: { tasks: {}, missed: [id] } });
});

it("reads many tasks at once", async () => {
  const ids = [await create({ model, prompt: "one" }), await create({ model, prompt: "two" })];
  const response = await buyer.post("/tripo/v3/tasks/list", { task_ids: [...ids, "gone"] });
  const { data } = (await response.json()) as Json;
  expect(Object.keys(data.tasks)).toEqual(ids);
  expect(data.missed).toEqual(["gone"]);
});

it("lists the account's tasks newest first, without their input, in pages", async () => {
  const [older, newer] = [await create({ model, prompt: "older" }), await create({ model, prompt: "newer" })];
  const first = (await (await buyer.get("/tripo/v3/account/usage?limit=1")).json()) as Json;
  const second = (await (await buyer.get("/tripo/v3/account/usage?limit=1&offset=1")).json()) as Json;
  expect(first.data.tasks[0]).toMatchObject({ task_id: newer, type: "text_to_model", credits_consumed: 20 });
  expect(first.data.tasks[0]).not.toHaveProperty("input");
  expect(second.data.tasks[0].task_id).toBe(older);
  expect((await buyer.get("/tripo/v3/account/usage?limit=201")).status).toBe(400);
});

it("takes credits from the balance, frozen until the job is done", async () => {
  const rich = createBuyer(simulator, "tsk_rich");
  const created = await rich.post("/tripo/v3/generation/text-to-model", { model, prompt: "a lamp" });
  const balance = async () => ((await (await rich.get("/tripo/v3/account/balance")).json()) as Json).data;
  expect(await balance()).toEqual({ balance: 999_980, frozen: 20 });
  await finished(rich, ((await created.json()) as Json).data.task_id);
  expect(await balance()).toEqual({ balance: 999_980, frozen: 0 });
});
