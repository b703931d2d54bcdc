import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import * as api from "./index.ts";
import { startSimulator } from "./simulator.ts";
import { createBuyer, finished, type Json, photo } from "./testing/buyer.ts";

const folder = mkdtempSync(join(tmpdir(), "simulator-"));
afterAll(() => rmSync(folder, { recursive: true }));

it("exports its public names and no others", () => {
  expect(Object.keys(api).sort()).toEqual(["faultKinds", "nonsenseVariants", "startSimulator"]);
});

it("goes on with its jobs and purchases after a restart on the same state file", async () => {
  const options = { statePath: join(folder, "state", "simulator.json"), jobMs: 150 };
  const first = await startSimulator(options);
  const upload = await createBuyer(first).form("/tripo/v3/files", [["file", await photo()]]);
  const input = ((await upload.json()) as Json).data.file_token;
  const order = { model: "v3.1-20260211", input, face_limit: 200 };
  const created = await createBuyer(first).post("/tripo/v3/generation/image-to-model", order);
  const { task_id } = ((await created.json()) as Json).data;
  await first.close();

  const second = await startSimulator(options);
  const buyer = createBuyer(second);
  const task = await finished(buyer, task_id);
  expect(task.output.model_url.startsWith(second.url)).toBe(true);
  expect((await fetch(task.output.model_url)).status).toBe(200);
  expect(second.purchases().map(({ purchase_id }) => purchase_id)).toEqual([task_id]);
  const again = await buyer.post("/tripo/v3/generation/image-to-model", order);
  expect(again.status).toBe(200);
  await second.close();
});

it("forgets everything without a state file", async () => {
  const simulator = await startSimulator();
  expect(simulator.purchases()).toEqual([]);
  await simulator.close();
  await simulator.close();
});

it("rejects when its port is taken", async () => {
  const first = await startSimulator();
  await expect(startSimulator({ port: Number(new URL(first.url).port) })).rejects.toThrow("EADDRINUSE");
  await first.close();
});

it("shows purchases, traffic and faults under /_ and takes faults there", async () => {
  const simulator = await startSimulator();
  const buyer = createBuyer(simulator, "secret-key");
  const rules = [{ vendor: "tripo", kind: "rate_limited", retry_after: 3 }];
  const set = await buyer.post("/_/faults", { rules });
  expect(await set.json()).toEqual({
    rules: [{ vendor: "tripo", kind: "rate_limited", retryAfter: 3, seen: 0, hits: 0 }],
  });
  const order = { model: "v3.1-20260211", prompt: "a cup" };
  for (const reference of ["a", "a", "b"]) {
    await buyer.post("/tripo/v3/generation/text-to-model", order, { "x-request-id": reference });
  }
  const faults = (await (await buyer.get("/_/faults")).json()) as Json;
  expect(faults.rules[0]).toMatchObject({ hits: 1, seen: 3 });
  const purchases = (await (await buyer.get("/_/purchases")).json()) as Json;
  expect(purchases.by_client_reference).toEqual({ a: 1, b: 1 });
  const traffic = await (await buyer.get("/_/traffic")).text();
  expect(JSON.parse(traffic).requests.map(({ status }: Json) => status)).toEqual([429, 200, 200]);
  expect(traffic).not.toContain("secret-key");
  expect((await buyer.post("/_/faults", { rules: [{ kind: "earthquake" }] })).status).toBe(400);
  expect((await buyer.post("/_/faults", [])).status).toBe(200);
  await simulator.close();
});

it("puts the canary into every kind of answer", async () => {
  const simulator = await startSimulator({ canary: "zebra", jobMs: 1 });
  const buyer = createBuyer(simulator);
  const answers = [
    await buyer.get("/openai/v1/models"),
    await buyer.post("/openai/v1/images/generations", { model: "none", prompt: "x" }),
    await buyer.get("/tripo/v3/account/balance"),
    await buyer.get("/tripo/v3/tasks/none"),
    await fetch(`${simulator.url}/tripo/media/none/model.glb`),
    await buyer.post("/recraft/v1/images/generations", { prompt: "a boat", model: "recraftv4_vector" }),
    await buyer.get("/recraft/v1/users/me"),
    await fetch(`${simulator.url}/recraft/img/none`),
    await buyer.form("/stability/v2beta/stable-image/generate/core", []),
    await buyer.form("/stability/v2beta/stable-image/upscale/fast", [["image", await photo(64, 64)]]),
    await buyer.get("/stability/v2beta/results/none"),
    await buyer.get("/stability/v1/user/account"),
    await buyer.get("/tripo/v3/account/balance", { "x-simulator-fault": "nonsense" }),
    await buyer.get("/tripo/media/none/model.glb", { "x-simulator-fault": "link_dead" }),
  ];
  for (const answer of answers) {
    const all = JSON.stringify(Object.fromEntries(answer.headers)) + (await answer.text());
    expect(all).toContain("zebra");
  }
  await simulator.close();
});
