import { Webhook } from "standardwebhooks";
import { describe, expect, it } from "vitest";
import { webhookSecret } from "../testing/webhooks/receiver.ts";
import { readSecret, signMessage } from "./sign.ts";

// What receivers verify with is the public package of the scheme, and not our own reading of it.

const [first, second, stranger] = ["a", "b", "c"].map(webhookSecret) as [string, string, string];
const message = { id: "event-1", atMs: Date.now(), body: '{"type":"credits.grant","é":1}' };

describe("a signed message", () => {
  it("is proven by the public package, under every secret of a rotation and no other", async () => {
    const headers = await signMessage([first, second].map(readSecret), message);
    for (const secret of [first, second])
      expect(new Webhook(secret).verify(message.body, headers)).toEqual(JSON.parse(message.body));
    expect(() => new Webhook(stranger).verify(message.body, headers)).toThrow("No matching signature");
  });

  it("is the same, letter for letter, as the package signs it", async () => {
    const headers = await signMessage([readSecret(first)], message);
    const seconds = new Date(Math.floor(message.atMs / 1000) * 1000);
    expect(headers["webhook-signature"]).toBe(new Webhook(first).sign(message.id, seconds, message.body));
  });

  it.each([
    ["another body", '{"type":"credits.grant"}', {}],
    ["another id", message.body, { "webhook-id": "event-2" }],
    ["another time", message.body, { "webhook-timestamp": String(Math.floor(message.atMs / 1000) - 1) }],
  ])("proves nothing of %s", async (_, body, changed) => {
    const headers = { ...(await signMessage([readSecret(first)], message)), ...changed };
    expect(() => new Webhook(first).verify(body, headers)).toThrow("No matching signature");
  });

  it("is stale after five minutes, whatever was signed", async () => {
    const headers = await signMessage([readSecret(first)], { ...message, atMs: Date.now() - 301_000 });
    expect(() => new Webhook(first).verify(message.body, headers)).toThrow("too old");
  });
});

describe("a secret", () => {
  it.each([
    ["empty", ""],
    ["without its first word", first.slice(6)],
    ["of too few bytes", `whsec_${Buffer.alloc(23).toString("base64")}`],
    ["of too many", `whsec_${Buffer.alloc(65).toString("base64")}`],
    ["that is no base64", "whsec_%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%"],
    ["that was cut", first.slice(0, -1)],
  ])("%s is refused, and not repeated in the refusal", (_, secret) => {
    expect(() => readSecret(secret)).toThrow(
      "webhooks.secret must be whsec_ and the base64 of 24 to 64 bytes",
    );
  });

  it.each([24, 32, 64])("of %i bytes is taken", (bytes) => {
    expect(readSecret(`whsec_${Buffer.alloc(bytes, 7).toString("base64")}`)).toHaveLength(bytes);
  });
});
