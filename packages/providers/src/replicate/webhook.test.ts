import { createHmac } from "node:crypto";
import type { WebhookRequest } from "@genbff/core";
import { HttpResponse, http } from "msw";
import { setupServer } from "msw/node";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import * as z from "zod";
import { submitContext } from "../conformance/context.ts";
import { replicate } from "./index.ts";

const baseUrl = "https://vendor.invalid/v1";
const server = setupServer();
beforeAll(() => server.listen({ onUnhandledFrame: "error" }));
afterEach(() => server.resetHandlers());
afterAll(() => server.close());

const context = submitContext();
const now = Date.parse("2026-11-20T09:12:00Z");
const secret = Buffer.from("a secret of the account's").toString("base64");
const offer = { parameters: z.strictObject({}), input: () => ({}) };
const offers = { "text-to-image": offer, upscale: offer };
const provider = (webhookSecret?: string) =>
  replicate("a/b", { apiKey: "r8_key", baseUrl, offers, webhookSecret });

function webhook(change: Partial<Record<"body" | "seconds" | "before" | "by" | "id", string>> = {}) {
  const body = '{"id":"p1","status":"succeeded"}';
  const seconds = change.seconds ?? String(now / 1000);
  const key = Buffer.from(change.by ?? secret, "base64");
  const signature = createHmac("sha256", key).update(`m1.${seconds}.${body}`).digest("base64");
  return {
    headers: new Headers({
      "webhook-id": change.id ?? "m1",
      "webhook-timestamp": seconds,
      "webhook-signature": `${change.before ?? ""}v1,${signature}`,
    }),
    body: new TextEncoder().encode(change.body ?? body),
    url: "https://api.example.com/webhooks/replicate/s3cr3t?operation=upscale",
    now,
  } satisfies WebhookRequest;
}
const job = { key: "p1", data: { operation: "upscale" } };
const notice = { eventId: "m1", jobKey: "p1", job };
const other = Buffer.from("another").toString("base64");

/** The account's secrets, one a call; the last one stays. Returns how often they were asked for. */
function account(...secrets: string[]): string[] {
  const asked: string[] = [];
  server.use(
    http.get(`${baseUrl}/webhooks/default/secret`, ({ request }) => {
      asked.push(request.headers.get("authorization") ?? "");
      return HttpResponse.json({ key: `whsec_${secrets[Math.min(asked.length, secrets.length) - 1]}` });
    }),
  );
  return asked;
}

describe("a webhook of Replicate", () => {
  it("is proven by the secret of the settings, and nobody is asked", async () => {
    expect(await provider(`whsec_${secret}`).verifyWebhook?.(webhook(), context)).toEqual(notice);
  });

  it("is proven by the account's secret, which is asked for once", async () => {
    const asked = account(secret);
    const { verifyWebhook } = provider();
    expect(await verifyWebhook?.(webhook(), context)).toEqual(notice);
    expect(await verifyWebhook?.(webhook(), context)).toEqual(notice);
    expect(asked).toEqual(["Bearer r8_key"]);
  });

  it("is proven by any of its signatures", async () => {
    const before = `v1,${Buffer.alloc(32).toString("base64")} v1a,${other} `;
    expect(await provider(`whsec_${secret}`).verifyWebhook?.(webhook({ before }), context)).toEqual(notice);
  });

  it("is not proven by a signature of another kind", async () => {
    const request = webhook();
    const signature = request.headers.get("webhook-signature") ?? "";
    request.headers.set("webhook-signature", signature.replace("v1,", "v2,"));
    expect(await provider(`whsec_${secret}`).verifyWebhook?.(request, context)).toBeUndefined();
  });

  it.each([
    ["by a stranger", webhook({ by: other })],
    ["for another body", webhook({ body: '{"id":"p2"}' })],
    ["for another message", webhook({ id: "m2" })],
    ["more than five minutes ago", webhook({ seconds: String(now / 1000 - 301) })],
    ["more than five minutes ahead", webhook({ seconds: String(now / 1000 + 301) })],
    ["at no time", webhook({ seconds: "soon" })],
  ])("that was signed %s is not proven", async (_how, request) => {
    expect(await provider(`whsec_${secret}`).verifyWebhook?.(request, context)).toBeUndefined();
    account(secret);
    expect(await provider().verifyWebhook?.(request, context)).toBeUndefined();
  });

  it.each(["webhook-id", "webhook-timestamp", "webhook-signature"])(
    "without %s is not proven",
    async (name) => {
      const request = webhook();
      request.headers.delete(name);
      expect(await provider(`whsec_${secret}`).verifyWebhook?.(request, context)).toBeUndefined();
    },
  );

  it("cannot be proven while the secret cannot be read, which is no refusal", async () => {
    server.use(http.get(`${baseUrl}/*`, () => HttpResponse.json({ detail: "no" }, { status: 500 })));
    await expect(provider().verifyWebhook?.(webhook(), context)).rejects.toMatchObject({
      code: "provider_unavailable",
    });
  });
});
