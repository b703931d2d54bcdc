import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { readmeRows } from "../../makeit3d/tests/readme-table.ts";
import { type Answer, type PassthroughServer, startServer } from "./server.ts";

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
  return { started, task_id: task_id as string, result_url: json.result_url as string };
}
/** As if its time were over. */
const expire = (taskId: string) =>
  server.test.query(
    "update public.assets set expires_at = genbff.now() - interval '1 second' where generation_id = $1",
    [taskId],
  );
const draw = async () => (await post("image-to-image", form({ n: "1" }))).json;

/** What is asked → the proof of what is answered; what came is held against the table's own words. */
const rows: Record<string, () => Promise<readonly Answer[]>> = {
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
    return [drawn];
  },
  async "`POST /generate/text-to-model`"() {
    const { started } = await made("text-to-model", { prompt: "a lamp", style: "brass", texture: false });
    return [started];
  },
  async "`POST /generate/image-to-model`"() {
    const drawn = await draw();
    return [(await made("image-to-model", { image_urls: [drawn.result_url], texture: true })).started];
  },
  async "`POST /generate/sketch-to-model`"() {
    const drawn = await draw();
    return [(await made("sketch-to-model", { image_url: drawn.result_url, prompt: "a cup" })).started];
  },
  async "`POST /generate/refine-model`"() {
    const draft = await made("text-to-model", { prompt: "a lamp" });
    return [(await made("refine-model", { draft_model_task_id: draft.task_id })).started];
  },
  async "`GET /tasks/{task_id}/status?service=openai\\|tripo`"() {
    const { task_id } = (await post("text-to-model", { prompt: "a lamp" })).json;
    const first = await server.ask(user, `/tasks/${task_id}/status?service=tripo`);
    expect(["pending", "processing", "completed"]).toContain(first.json.status);
    const last = await server.ended(user, task_id, "tripo");
    expect(last.json.status).toBe("completed");
    server.simulator.setFaults([{ vendor: "openai", kind: "moderated" }]);
    try {
      const refused = (await post("image-to-image", form())).json;
      expect(refused).toMatchObject({ status: "failed", error: "content_rejected", images: [] });
      const told = await server.ask(user, `/tasks/${refused.task_id}/status?service=openai`);
      expect(told.json).toMatchObject({ status: "failed", error: "content_rejected" });
      return [first, last, told];
    } finally {
      server.simulator.clearFaults();
    }
  },
  async "a status of a result whose URL has ended"() {
    const { task_id, result_url } = await made("text-to-model", { prompt: "a lamp" });
    await expire(task_id);
    const answer = await server.ask(user, `/tasks/${task_id}/status?service=tripo`);
    const { json } = answer;
    expect(json).toMatchObject({ status: "completed", result_url: expect.stringContaining("/tripo/media/") });
    expect(json.result_url).not.toBe(result_url);
    expect((await fetch(json.result_url)).status).toBe(200);
    expect(Date.parse(json.expires_at)).toBeGreaterThan(Date.now());
    return [answer];
  },
  async "a status of a result that came as base64, after its time"() {
    const { task_id } = await draw();
    await expire(task_id);
    const answer = await server.ask(user, `/tasks/${task_id}/status?service=openai`);
    expect(answer.json).toMatchObject({ status: "completed", result_url: null });
    return [answer];
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
    await server.ended(user, task_id, "tripo");
    return lacking;
  },
  async "a status with another `service`, or of somebody else's task"() {
    const { task_id } = await made("text-to-model", { prompt: "a lamp" });
    const path = `/tasks/${task_id}/status`;
    const answers = await Promise.all([
      server.ask(user, `${path}?service=openai`),
      server.ask("mallory", `${path}?service=tripo`),
      server.ask(user, "/tasks/nothing/status?service=tripo"),
    ]);
    return answers;
  },
  async "anything without a token"() {
    const answers = await Promise.all([
      server.ask(undefined, "/generate/text-to-model", { prompt: "a lamp" }),
      server.ask(undefined, "/generate/image-to-image", form()),
      server.ask(undefined, "/tasks/x/status?service=tripo"),
    ]);
    return answers;
  },
  async "more than the limit of a minute"() {
    const strict = await startServer({ BFF_TRIPO_OTHER_REQUESTS_PER_MINUTE: "1" });
    try {
      const lamp = { prompt: "a lamp" };
      const first = await strict.ask(user, "/generate/text-to-model", lamp);
      expect(first.status).toBe(200);
      const second = await strict.ask(user, "/generate/text-to-model", lamp);
      expect(Number(second.headers.get("retry-after"))).toBeGreaterThan(0);
      expect((await strict.ask("grace", "/generate/text-to-model", lamp)).status).toBe(200);
      return [second];
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
    return [...pictures, ...models];
  },
  async "a form over 25 MB"() {
    const large = new FormData();
    large.set("image", new Blob([new Uint8Array(25_000_001)]), "large.png");
    return [await post("image-to-image", large)];
  },
  async "any other route of core's"() {
    const paths = ["/api/credits/balance", "/api/tasks", "/tasks", "/generate/text-to-image"];
    return Promise.all(paths.map((path) => server.ask(user, path)));
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
      return [started, refined];
    } finally {
      await vendors.close();
    }
  },
};

/** Of what is answered: the refusal, or the names of the fields, those with a `?` only now and then. */
const table = (await readmeRows(new URL("../README.md", import.meta.url), "## What it answers")).map(
  ([asked = "", answered = ""]) => {
    const [, status, code] = /^(\d{3}) `(\w+)`/.exec(answered) ?? [];
    const [, fields] = /^`\{(.+)\}`$/.exec(answered.split("→ ").at(-1) ?? "") ?? [];
    const names = fields?.replaceAll(/: (?:\[.*?\]|[^,]*)/g, "").split(", ");
    return { asked, refused: status && [Number(status), code], names };
  },
);

it("every row of the README is asked, and nothing else", () => {
  expect(table.map(({ asked }) => asked)).toEqual(Object.keys(rows));
});

it.each(table.map((row) => [row.asked, row] as const))("%s", async (asked, { refused, names }) => {
  const came = (await rows[asked]?.()) ?? [];
  expect(came.length).toBeGreaterThan(0);
  for (const { status, json } of came) {
    expect(refused === undefined ? [status] : [status, json.error]).toEqual(refused ?? [200]);
    if (refused !== undefined)
      expect(Object.keys(json).filter((name) => name !== "details")).toEqual([
        "error",
        "message",
        "request_id",
      ]);
    if (names === undefined) continue;
    const known = names.map((name) => name.replace("?", ""));
    const wanted = names.filter((name) => !name.endsWith("?"));
    expect(known).toEqual(expect.arrayContaining(Object.keys(json)));
    expect(Object.keys(json)).toEqual(expect.arrayContaining(wanted));
  }
});
