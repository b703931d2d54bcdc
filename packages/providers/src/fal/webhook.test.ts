import { createHash, generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import type { WebhookRequest } from "@genbff/core";
import { HttpResponse, http } from "msw";
import { setupServer } from "msw/node";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import * as z from "zod";
import { jobOf } from "../conformance/cases.ts";
import { submitContext } from "../conformance/context.ts";
import { fal } from "./index.ts";

const restUrl = "https://vendor.invalid/rest";
const server = setupServer();
beforeAll(() => server.listen({ onUnhandledFrame: "error" }));
afterEach(() => server.resetHandlers());
afterAll(() => server.close());

const offer = { parameters: z.strictObject({}), input: () => ({}) };
const offers = { "text-to-image": offer, upscale: offer };
const provider = (webhookUserId?: string) =>
  fal("fal-ai/flux/dev", { apiKey: "id:key", offers, restUrl, webhookUserId });
const now = Date.parse("2026-11-20T09:12:00Z");
const first = generateKeyPairSync("ed25519");
const second = generateKeyPairSync("ed25519");
const stranger = generateKeyPairSync("ed25519");

/** The vendor's public keys; returns how often they were asked for, and with which key of ours. */
function publish(...keys: KeyObject[]) {
  const asked: (string | null)[] = [];
  server.use(
    http.get(`${restUrl}/.well-known/jwks.json`, ({ request }) => {
      asked.push(request.headers.get("authorization"));
      const rsa = { kty: "RSA", n: "AQAB", e: "AQAB" };
      const damaged = { kty: "OKP", crv: "Ed25519", x: "AQAB" };
      return HttpResponse.json({ keys: [rsa, damaged, ...keys.map((key) => key.export({ format: "jwk" }))] });
    }),
  );
  return asked;
}

function webhook(key: KeyObject, change: Partial<Record<"body" | "seconds" | "user" | "path", string>> = {}) {
  const body = '{"request_id":"r1","gateway_request_id":"g2","status":"OK","payload":{}}';
  const seconds = change.seconds ?? String(now / 1000);
  const hash = createHash("sha256").update(body).digest("hex");
  const signature = sign(null, Buffer.from(["r1", "u1", seconds, hash].join("\n")), key);
  return {
    headers: new Headers({
      "x-fal-webhook-request-id": "r1",
      "x-fal-webhook-user-id": change.user ?? "u1",
      "x-fal-webhook-timestamp": seconds,
      "x-fal-webhook-signature": signature.toString("hex"),
    }),
    body: new TextEncoder().encode(change.body ?? body),
    url: `https://api.example.com${change.path ?? "/webhooks/fal/s3cr3t?operation=upscale"}`,
    now,
  } satisfies WebhookRequest;
}
const context = submitContext();
const told = { key: "r1", data: { operation: "upscale" } };
const notice = { eventId: "r1", jobKey: "r1", job: told };

describe("a webhook of fal", () => {
  it("is proven by any of the public keys, which are read once and without our key", async () => {
    const asked = publish(first.publicKey, second.publicKey);
    const { verifyWebhook } = provider();
    expect(await verifyWebhook?.(webhook(second.privateKey), context)).toEqual(notice);
    expect(await verifyWebhook?.(webhook(first.privateKey), context)).toEqual(notice);
    expect(asked).toEqual([null]);
  });

  it.each([
    ["by a stranger", webhook(stranger.privateKey)],
    ["another body", webhook(first.privateKey, { body: '{"request_id":"r2"}' })],
    ["another account", webhook(first.privateKey, { user: "u2" })],
    ["five minutes and a second ago", webhook(first.privateKey, { seconds: String(now / 1000 - 301) })],
    ["five minutes and a second ahead", webhook(first.privateKey, { seconds: String(now / 1000 + 301) })],
    ["no time", webhook(first.privateKey, { seconds: "NaN" })],
  ])("that was signed %s is not proven", async (_how, request) => {
    publish(first.publicKey);
    expect(await provider().verifyWebhook?.(request, context)).toBeUndefined();
  });

  it.each(["signature", "timestamp", "user-id", "request-id"])(
    "without the header %s is not proven",
    async (name) => {
      publish(first.publicKey);
      const request = webhook(first.privateKey);
      request.headers.delete(`x-fal-webhook-${name}`);
      expect(await provider().verifyWebhook?.(request, context)).toBeUndefined();
    },
  );

  it("counts for the named account only", async () => {
    publish(first.publicKey);
    expect(await provider("u1").verifyWebhook?.(webhook(first.privateKey), context)).toEqual(notice);
    expect(await provider("u2").verifyWebhook?.(webhook(first.privateKey), context)).toBeUndefined();
  });

  it("reads new keys at most once a minute, whatever arrives", async () => {
    const asked = publish(first.publicKey);
    const { verifyWebhook } = provider();
    await verifyWebhook?.(webhook(stranger.privateKey), context);
    await Promise.all(
      Array.from({ length: 5 }, () => verifyWebhook?.(webhook(stranger.privateKey), context)),
    );
    expect(asked).toHaveLength(1);
  });

  it("cannot be proven while the keys cannot be read, which is no refusal", async () => {
    server.use(http.get(`${restUrl}/*`, () => new HttpResponse("CANARY", { status: 502 })));
    const { verifyWebhook } = provider();
    await expect(verifyWebhook?.(webhook(first.privateKey), context)).rejects.toMatchObject({
      code: "provider_unavailable",
    });
    publish(first.publicKey);
    expect(await verifyWebhook?.(webhook(first.privateKey), context)).toEqual(notice);
  });

  it("brings back a lost submission with enough to take its result by the right offer", async () => {
    publish(first.publicKey);
    const baseUrl = "https://vendor.invalid/queue";
    const mapped = { ...offer, result: () => [{ url: "https://v3.fal.media/upscaled.png" }] };
    const lost = fal("fal-ai/flux/dev", {
      apiKey: "id:key",
      baseUrl,
      restUrl,
      offers: { "text-to-image": offer, upscale: mapped },
    });
    let address = "";
    server.use(
      http.post(`${baseUrl}/*`, ({ request }) => {
        address = new URL(request.url).searchParams.get("fal_webhook") ?? "";
        return HttpResponse.error();
      }),
      http.get(`${baseUrl}/fal-ai/flux/requests/r1/status`, () => HttpResponse.json({ status: "COMPLETED" })),
      http.get(`${baseUrl}/fal-ai/flux/requests/r1`, () => HttpResponse.json({ sheet: 1 })),
    );
    const webhookUrl = "https://api.example.com/webhooks/fal/s3cr3t";
    const job = jobOf("upscale", {}, { webhookUrl });
    const prepared = await lost.prepare(job, context);
    await expect(lost.submit(job, prepared, context)).rejects.toMatchObject({ outcome: "unknown" });
    const { pathname, search } = new URL(address);
    const told = await lost.verifyWebhook?.(webhook(first.privateKey, { path: pathname + search }), context);
    expect(await lost.check?.(told?.job ?? { key: "" }, context)).toMatchObject({
      state: "done",
      outputs: [{ index: 0, source: { url: "https://v3.fal.media/upscaled.png" } }],
    });
  });

  it("names the first operation where its address does not name one of ours", async () => {
    publish(first.publicKey);
    const request = webhook(first.privateKey, { path: "/webhooks/fal/s3cr3t?operation=steal" });
    expect(await provider().verifyWebhook?.(request, context)).toMatchObject({
      job: { data: { operation: "text-to-image" } },
    });
  });
});
