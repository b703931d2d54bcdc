import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type PassthroughServer, startServer } from "./server.ts";

// The table of the README, row by row: a row without a test, and a test without its row, fail.

let server: PassthroughServer;
let sketch: Blob;
beforeAll(async () => {
  server = await startServer({
    BFF_OPENAI_REQUESTS_PER_MINUTE: "100",
    BFF_OPENAI_STARTS_PER_MINUTE: "100",
    BFF_TRIPO_REFINE_REQUESTS_PER_MINUTE: "100",
    BFF_TRIPO_OTHER_REQUESTS_PER_MINUTE: "100",
  });
  const samples = join(import.meta.dirname, "../../makeit3d/studio/public/samples");
  sketch = new Blob([await readFile(join(samples, "cup.jpg"))], { type: "image/jpeg" });
});
afterAll(() => server.close());

const user = "ada";
const post = (path: string, body: object) => server.ask(user, `/generate/${path}`, body);
function form(fields: Record<string, string> = {}): FormData {
  const sent = new FormData();
  sent.set("image", sketch, "cup.jpg");
  for (const [name, text] of Object.entries({ prompt: "a cup", ...fields })) sent.set(name, text);
  return sent;
}
/** A model, and the bytes behind its URL. */
async function made(route: string, body: object) {
  const started = await post(route, body);
  expect(started).toMatchObject({ status: 200, json: { task_id: expect.any(String) } });
  const { task_id } = started.json;
  const { json } = await server.ended(user, task_id, "tripo");
  expect(json).toEqual({
    status: "completed",
    progress: 100,
    result_url: expect.stringContaining(`${server.simulator.url}/tripo/media/`),
    expires_at: expect.any(String),
  });
  const file = new Uint8Array(await (await fetch(json.result_url)).arrayBuffer());
  expect(new TextDecoder().decode(file.subarray(0, 4))).toBe("glTF");
  return { task_id: task_id as string, result_url: json.result_url as string };
}
/** As if its time were over. */
const expire = (taskId: string) =>
  server.test.query(
    "update public.assets set expires_at = genbff.now() - interval '1 second' where generation_id = $1",
    [taskId],
  );
const draw = async () => (await post("image-to-image", form({ n: "1" }))).json;

const rows: Record<string, () => Promise<void>> = {
  async "`POST /generate/image-to-image`"() {
    const drawn = await post("image-to-image", form({ n: "2", style: "clay" }));
    expect(drawn).toMatchObject({
      status: 200,
      json: {
        task_id: expect.any(String),
        status: "completed",
        progress: 100,
        result_url: drawn.json.images[0].result_url,
        expires_at: expect.any(String),
      },
    });
    expect(drawn.json.images).toHaveLength(2);
    for (const { b64_json, content_type, result_url } of drawn.json.images) {
      const bytes = Buffer.from(b64_json, "base64");
      expect(content_type).toBe("image/png");
      expect(bytes.subarray(1, 4).toString()).toBe("PNG");
      const kept = await fetch(new URL(result_url, server.url));
      expect(Buffer.from(await kept.arrayBuffer()).equals(bytes)).toBe(true);
    }
    expect(drawn.json.result_url).toContain("/api/files/tmp/");
    const [row] = await server.test.query("select prompt from genbff.generations where id = $1", [
      drawn.json.task_id,
    ]);
    expect(row).toEqual({ prompt: "a cup, in the style of clay" });
  },
  async "`POST /generate/text-to-model`"() {
    await made("text-to-model", { prompt: "a lamp", style: "brass", texture: false });
  },
  async "`POST /generate/image-to-model`"() {
    const drawn = await draw();
    await made("image-to-model", { image_urls: [drawn.result_url], texture: true });
  },
  async "`POST /generate/sketch-to-model`"() {
    const drawn = await draw();
    await made("sketch-to-model", { image_url: drawn.result_url, prompt: "a cup" });
  },
  async "`POST /generate/refine-model`"() {
    const draft = await made("text-to-model", { prompt: "a lamp" });
    await made("refine-model", { draft_model_task_id: draft.task_id });
  },
  async "`GET /tasks/{task_id}/status?service=openai\\|tripo`"() {
    const { task_id } = (await post("text-to-model", { prompt: "a lamp" })).json;
    const first = await server.ask(user, `/tasks/${task_id}/status?service=tripo`);
    expect(["pending", "processing", "completed"]).toContain(first.json.status);
    expect((await server.ended(user, task_id, "tripo")).json.status).toBe("completed");
    server.simulator.setFaults([{ vendor: "openai", kind: "moderated" }]);
    try {
      const refused = (await post("image-to-image", form())).json;
      expect(refused).toMatchObject({ status: "failed", error: "content_rejected", images: [] });
      const told = await server.ask(user, `/tasks/${refused.task_id}/status?service=openai`);
      expect(told.json).toMatchObject({ status: "failed", error: "content_rejected" });
    } finally {
      server.simulator.clearFaults();
    }
  },
  async "a status of a result whose URL has ended"() {
    const { task_id, result_url } = await made("text-to-model", { prompt: "a lamp" });
    await expire(task_id);
    const { json } = await server.ask(user, `/tasks/${task_id}/status?service=tripo`);
    expect(json).toMatchObject({ status: "completed", result_url: expect.stringContaining("/tripo/media/") });
    expect(json.result_url).not.toBe(result_url);
    expect((await fetch(json.result_url)).status).toBe(200);
    expect(Date.parse(json.expires_at)).toBeGreaterThan(Date.now());
  },
  async "a status of a result that came as base64, after its time"() {
    const { task_id } = await draw();
    await expire(task_id);
    const { json } = await server.ask(user, `/tasks/${task_id}/status?service=openai`);
    expect(json).toMatchObject({ status: "completed", result_url: null });
  },
  async "a status without `service`, or a body that lacks a field"() {
    const { task_id } = (await post("text-to-model", { prompt: "a lamp" })).json;
    const lacking = await Promise.all([
      server.ask(user, `/tasks/${task_id}/status`),
      server.ask(user, `/tasks/${task_id}/status?service=other`),
      post("text-to-model", { style: "brass" }),
      post("image-to-model", { image_urls: "no list" }),
      post("refine-model", { draft_model_task_id: "none" }),
      post("image-to-image", new FormData()),
      post("image-to-image", form({ n: "11" })),
    ]);
    expect(lacking.map(({ status, json }) => [status, json.error])).toEqual(
      lacking.map(() => [400, "validation_failed"]),
    );
    await server.ended(user, task_id, "tripo");
  },
  async "a status with another `service`, or of somebody else's task"() {
    const { task_id } = await made("text-to-model", { prompt: "a lamp" });
    const path = `/tasks/${task_id}/status`;
    const answers = await Promise.all([
      server.ask(user, `${path}?service=openai`),
      server.ask("mallory", `${path}?service=tripo`),
      server.ask(user, "/tasks/nothing/status?service=tripo"),
    ]);
    expect(answers.map(({ status, json }) => [status, json.error])).toEqual(
      answers.map(() => [404, "not_found"]),
    );
  },
  async "anything without a token"() {
    const answers = await Promise.all([
      server.ask(undefined, "/generate/text-to-model", { prompt: "a lamp" }),
      server.ask(undefined, "/generate/image-to-image", form()),
      server.ask(undefined, "/tasks/x/status?service=tripo"),
    ]);
    expect(answers.map(({ status, json }) => [status, json.error])).toEqual(
      answers.map(() => [401, "unauthenticated"]),
    );
  },
  async "more than the limit of a minute"() {
    const strict = await startServer({ BFF_TRIPO_OTHER_REQUESTS_PER_MINUTE: "1" });
    try {
      const lamp = { prompt: "a lamp" };
      const first = await strict.ask(user, "/generate/text-to-model", lamp);
      expect(first.status).toBe(200);
      const second = await strict.ask(user, "/generate/text-to-model", lamp);
      expect(second).toMatchObject({ status: 429, json: { error: "rate_limited" } });
      expect(Number(second.headers.get("retry-after"))).toBeGreaterThan(0);
      expect((await strict.ask("grace", "/generate/text-to-model", lamp)).status).toBe(200);
    } finally {
      await strict.close();
    }
  },
  async "a repeat with the same `Idempotency-Key`"() {
    const before = server.simulator.purchases().length;
    const again = (path: string, body: () => object) =>
      Promise.all(["first", "second"].map(() => server.ask(user, path, body(), `key of ${path}`)));
    const pictures = await again("/generate/image-to-image", form);
    const models = await again("/generate/text-to-model", () => ({ prompt: "a lamp" }));
    for (const [first, second] of [pictures, models]) {
      expect(first?.status).toBe(200);
      expect(second?.json.task_id).toBe(first?.json.task_id);
    }
    await server.ended(user, models[0]?.json.task_id, "tripo");
    expect(server.simulator.purchases().length - before).toBe(2);
  },
  async "a form over 25 MB"() {
    const large = new FormData();
    large.set("image", new Blob([new Uint8Array(25_000_001)]), "large.png");
    expect(await post("image-to-image", large)).toMatchObject({
      status: 413,
      json: { error: "payload_too_large" },
    });
  },
  async "any other route of core's"() {
    for (const path of ["/api/credits/balance", "/api/tasks", "/tasks", "/generate/text-to-image"])
      expect(await server.ask(user, path)).toMatchObject({ status: 404, json: { error: "not_found" } });
  },
  async "a model with `TASK_IDS=vendor`"() {
    const vendors = await startServer({ TASK_IDS: "vendor" });
    try {
      const started = await vendors.ask(user, "/generate/text-to-model", { prompt: "a lamp" });
      const { task_id } = started.json;
      expect(await vendors.ended(user, task_id, "tripo")).toMatchObject({ json: { status: "completed" } });
      const [row] = await vendors.test.query("select generation_id from genbff.attempts where job_key = $1", [
        task_id,
      ]);
      const ours = (row as { generation_id: string }).generation_id;
      expect((await vendors.ended(user, ours, "tripo")).json.status).toBe("completed");
      expect((await vendors.ask("mallory", `/tasks/${task_id}/status?service=tripo`)).status).toBe(404);
      const refined = await vendors.ask(user, "/generate/refine-model", { draft_model_task_id: task_id });
      expect((await vendors.ended(user, refined.json.task_id, "tripo")).json.status).toBe("completed");
    } finally {
      await vendors.close();
    }
  },
};

it.each(Object.keys(rows))("%s", (row) => rows[row]?.());

it("every row of the README is asked, and nothing else", async () => {
  const readme = await readFile(join(import.meta.dirname, "../README.md"), "utf8");
  const table = readme.split("## What it answers")[1]?.split("\n## ")[0] ?? "";
  const listed = [...table.matchAll(/^\| (.+?) +\| /gm)].map(([, first]) => first?.trim());
  expect(listed.filter((first) => first !== "Asked" && !first?.startsWith("---"))).toEqual(Object.keys(rows));
});
