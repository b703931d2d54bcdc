import { createHmac } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { FaultRule } from "../faults/rule.ts";
import { type Simulator, startSimulator } from "../simulator.ts";
import { type Buyer, createBuyer, type Json } from "../testing/buyer.ts";

interface Received {
  readonly headers: Record<string, string>;
  readonly text: string;
  readonly body: Json;
  readonly at: number;
}

const secret = "whsec_the_whole_text_is_the_key";
const order = { model: "v3.1-20260211", prompt: "a cup", face_limit: 100 };
let receiver: Server;
let url: string;
let received: Received[] = [];
let answers: number[] = [];
let simulator: Simulator;
let buyer: Buyer;

beforeAll(async () => {
  receiver = createServer(async (request, response) => {
    const text = Buffer.concat(await request.toArray()).toString();
    const headers = request.headers as Record<string, string>;
    received.push({ headers, text, body: JSON.parse(text), at: Date.now() });
    response.writeHead(answers.shift() ?? 200).end();
  });
  await new Promise<void>((resolve) => receiver.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hooks/a-secret-path`;
  simulator = await startSimulator({ jobMs: 20, webhooks: { tripo: { url, secret } } });
  buyer = createBuyer(simulator);
});
beforeEach(() => {
  received = [];
  answers = [];
});
afterEach(() => simulator.clearFaults());
afterAll(async () => {
  await simulator.close();
  receiver.close();
});

async function buy(rule?: FaultRule): Promise<string> {
  simulator.setFaults(rule ? [rule] : []);
  const response = await buyer.post("/tripo/v3/generation/text-to-model", order);
  return ((await response.json()) as Json).data.task_id;
}
const arrived = (count: number) => expect.poll(() => received.length).toBe(count);
function signaturesOf({ headers }: Received): { t: string; all: string[] } {
  const [t = "", ...all] = (headers["tripo-webhook-signature"] ?? "").split(",");
  return { t: t.slice(2), all: all.map((one) => one.slice(3)) };
}
function isSigned(one: Received): boolean {
  const { t, all } = signaturesOf(one);
  return all.includes(createHmac("sha256", secret).update(`${t}.${one.text}`).digest("hex"));
}
const first = () => {
  const [one] = received;
  if (!one) throw new Error("nothing came");
  return one;
};

describe("Tripo's webhooks", () => {
  it("tell the end of a task with its detail, signed over the bytes", async () => {
    const id = await buy();
    await arrived(1);
    expect(first().body).toMatchObject({
      id: `${id}:task.completed`,
      type: "task.completed",
      data: { task_id: id, status: "success", output: { model_url: expect.stringContaining(id) } },
    });
    expect(first().headers).toMatchObject({
      "tripo-webhook-id": `${id}:task.completed`,
      "tripo-webhook-event": "task.completed",
    });
    expect(isSigned(first())).toBe(true);
    expect(Math.abs(Number(signaturesOf(first()).t) - Date.now() / 1000)).toBeLessThan(60);
  });

  it("tell a failure, in both documented shapes", async () => {
    await buy({ kind: "job_failed" });
    await arrived(1);
    expect(first().body).toMatchObject({ type: "task.failed", data: { error_code: 2018 } });
    await buy({ kind: "job_failed", variant: "other_shape" });
    await arrived(2);
    expect(received[1]?.body.data.error).toMatchObject({ code: "task_failed" });
    expect(received[1]?.body.data).not.toHaveProperty("error_code");
  });

  it("come again with the same id while nobody says 2xx", async () => {
    answers = [500];
    const id = await buy();
    await arrived(2);
    const [one, two] = received;
    expect(two?.body.id).toBe(`${id}:task.completed`);
    expect(one?.headers["tripo-webhook-delivery"]).not.toBe(two?.headers["tripo-webhook-delivery"]);
    await expect
      .poll(() =>
        simulator
          .traffic()
          .filter(({ outgoing }) => outgoing === true)
          .slice(-2),
      )
      .toMatchObject([
        { vendor: "tripo", status: 500 },
        { vendor: "tripo", status: 200 },
      ]);
    expect(JSON.stringify(simulator.traffic())).not.toContain("a-secret-path");
  });

  it("go nowhere but to this machine", async () => {
    simulator.setWebhook("tripo", { url: "https://example.com/hook", secret });
    await buy();
    const put = await fetch(`${simulator.url}/_/webhooks/tripo`, {
      method: "PUT",
      body: JSON.stringify({ url, secret }),
    });
    expect(put.status).toBe(200);
    const id = await buy();
    await arrived(1);
    expect(first().body.data.task_id).toBe(id);
    expect(() => simulator.setWebhook("nobody", undefined)).toThrow("unknown vendor");
  });

  it("are sent after a restart, if nobody took them before", async () => {
    const folder = mkdtempSync(join(tmpdir(), "simulator-"));
    const options = {
      statePath: join(folder, "state.json"),
      jobMs: 20,
      webhooks: { tripo: { url, secret } },
    };
    const before = await startSimulator(options);
    answers = Array(1000).fill(503);
    const made = await createBuyer(before).post("/tripo/v3/generation/text-to-model", order);
    const { task_id } = ((await made.json()) as Json).data;
    await expect.poll(() => received.length).toBeGreaterThan(0);
    await before.close();
    answers = [];
    const after = await startSimulator(options);
    await expect.poll(() => received.at(-1)?.body.data.output.model_url).toContain(after.url);
    expect(received.at(-1)?.body.data).toMatchObject({ task_id, status: "success" });
    await after.close();
    rmSync(folder, { recursive: true });
  });
});

describe("30: a webhook", () => {
  it("comes before its submit is answered, and the task is over", async () => {
    simulator.setFaults([{ kind: "odd_webhook", variant: "early" }]);
    const response = await buyer.post("/tripo/v3/generation/text-to-model", order);
    const answered = Date.now();
    const id = ((await response.json()) as Json).data.task_id;
    expect(received).toHaveLength(1);
    expect(first().at).toBeLessThanOrEqual(answered);
    expect(first().body.data).toMatchObject({ task_id: id, status: "success" });
  });

  it("comes twice with the same id", async () => {
    await buy({ kind: "odd_webhook", variant: "twice" });
    await arrived(2);
    expect(received[0]?.body.id).toBe(received[1]?.body.id);
    expect(received.every(isSigned)).toBe(true);
  });

  it("comes late", async () => {
    const id = await buy({ kind: "odd_webhook", variant: "late", latencyMs: 400 });
    await arrived(1);
    const task = (await (await buyer.get(`/tripo/v3/tasks/${id}`)).json()) as Json;
    expect(first().at - Date.parse(task.data.completed_at)).toBeGreaterThanOrEqual(400);
  });

  it("is forged", async () => {
    await buy({ kind: "odd_webhook", variant: "forged" });
    await arrived(1);
    expect(isSigned(first())).toBe(false);
  });

  it("is stale, and well signed", async () => {
    await buy({ kind: "odd_webhook", variant: "stale" });
    await arrived(1);
    expect(isSigned(first())).toBe(true);
    expect(Number(signaturesOf(first()).t)).toBeLessThan(Date.now() / 1000 - 500);
  });

  it("is about another job, and well signed", async () => {
    const id = await buy({ kind: "odd_webhook", variant: "foreign" });
    await arrived(1);
    expect(isSigned(first())).toBe(true);
    expect(first().text).not.toContain(id);
    expect(first().body.data.task_id).toMatch(/^[0-9a-f-]{36}$/);
  });

  it("never comes", async () => {
    await buy({ kind: "odd_webhook", variant: "absent" });
    const id = await buy();
    await arrived(1);
    expect(first().body.data.task_id).toBe(id);
  });

  it("has two signatures while secrets are rotated, and the second is right", async () => {
    await buy({ kind: "odd_webhook", variant: "rotated" });
    await arrived(1);
    expect(signaturesOf(first()).all).toHaveLength(2);
    expect(isSigned(first())).toBe(true);
  });
});
