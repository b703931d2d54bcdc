import { createHmac } from "node:crypto";
import { describe, expect, it } from "vitest";
import { submitContext } from "../conformance/context.ts";
import { tripo } from "./index.ts";

const secret = "whsec_abc";
const now = Date.parse("2026-11-20T09:14:05Z");
const at = Math.floor(now / 1000);
const event = {
  id: "8f1c:task.completed",
  type: "task.completed",
  created_at: "2026-11-20T09:14:02Z",
  data: {
    task_id: "8f1c",
    status: "success",
    created_at: "2026-11-20T09:12:44Z",
    input: { texture: false },
    output: { model_url: "https://elsewhere.example.com/model.glb" },
  },
};
const sign = (body: string, moment: string | number = at, key = secret) =>
  createHmac("sha256", key).update(`${moment}.${body}`).digest("hex");

const warnings: unknown[] = [];
const { logger, signal } = submitContext();
const context = { signal, logger: { ...logger, warn: (fields: object) => warnings.push(fields) } };

function verify(body: string, signature: string, given: string | undefined = secret) {
  const provider = tripo({ apiKey: "tsk_key", webhookSecret: given });
  const headers = new Headers({ "tripo-webhook-signature": signature });
  const request = { headers, body: new TextEncoder().encode(body), url: "https://a.example.com/", now };
  return provider.verifyWebhook?.(request, context);
}

const body = JSON.stringify(event);
const good = sign(body);
const notice = {
  eventId: "8f1c:task.completed",
  jobKey: "8f1c",
  job: { key: "8f1c", data: { textured: false } },
};

describe("verifyWebhook", () => {
  it("is there only with the vendor's secret", () => {
    expect(tripo({ apiKey: "tsk_key" }).verifyWebhook).toBeUndefined();
    expect(() => tripo({ apiKey: "tsk_key", webhookSecret: "" })).toThrow("webhookSecret");
  });

  it.each([
    ["one signature", `t=${at},v1=${good}`],
    ["spaces", `t=${at}, v1=${good}`],
    ["the former secret's signature before it", `t=${at},v1=${sign(body, at, "whsec_old")},v1=${good}`],
    ["a signature of tomorrow", `t=${at},v2=abc,v1=${good}`],
    ["300 seconds that passed", `t=${at - 300},v1=${sign(body, at - 300)}`],
    ["a clock that is 300 seconds ahead", `t=${at + 300},v1=${sign(body, at + 300)}`],
  ])("takes %s", async (_, signature) => {
    expect(await verify(body, signature)).toEqual(notice);
  });

  it.each([
    ["nothing", ""],
    ["no time", `v1=${good}`],
    ["a time that is none", `t=${at}x,v1=${sign(body, `${at}x`)}`],
    ["no signature", `t=${at}`],
    ["another secret's signature", `t=${at},v1=${sign(body, at, "whsec_other")}`],
    ["the signature under the secret without its first word", `t=${at},v1=${sign(body, at, "abc")}`],
    ["a signature of another time", `t=${at - 1},v1=${good}`],
    ["a signature of another body", `t=${at},v1=${sign(`${body} `)}`],
    ["a cut signature", `t=${at},v1=${good.slice(0, 62)}`],
    ["capital letters", `t=${at},v1=${good.toUpperCase()}`],
    ["301 seconds that passed", `t=${at - 301},v1=${sign(body, at - 301)}`],
    ["a clock that is 301 seconds ahead", `t=${at + 301},v1=${sign(body, at + 301)}`],
    ["the right one behind many others", `t=${at},${`v1=${"0".repeat(64)},`.repeat(9)}v1=${good}`],
  ])("refuses %s", async (_, signature) => {
    warnings.length = 0;
    expect(await verify(body, signature)).toBeUndefined();
    expect(warnings).toEqual([]);
  });

  it.each([
    ["data.error_code", { ...event.data, status: "failed", error_code: 2008, error_message: "CANARY" }],
    ["data.error", { ...event.data, status: "failed", error: { code: "task_failed", message: "CANARY" } }],
  ])("takes a failure that is told as %s", async (_, data) => {
    const failed = JSON.stringify({ ...event, id: "8f1c:task.failed", type: "task.failed", data });
    expect(await verify(failed, `t=${at},v1=${sign(failed)}`)).toEqual({
      ...notice,
      eventId: "8f1c:task.failed",
    });
  });

  it.each([
    ["balance.low", JSON.stringify({ id: "b", type: "balance.low", data: { balance: 3, threshold: 10 } })],
    ["unreadable", "CANARY {"],
    ["unreadable", JSON.stringify({ type: "task.completed", data: event.data })],
  ])("tells the operator of %s, and nobody else", async (word, text) => {
    warnings.length = 0;
    expect(await verify(text, `t=${at},v1=${sign(text)}`)).toBeUndefined();
    expect(warnings).toEqual([{ provider: "tripo", event: word }]);
  });
});
