import { describe, expect, it } from "vitest";
import { webhookEventTypes } from "../contract/webhook-event.ts";
import { webhookSecret } from "../testing/webhooks/receiver.ts";
import { readWebhookOptions, type WebhookOptions } from "./options.ts";

const silent = () => undefined;
const logger = { debug: silent, info: silent, warn: silent, error: silent };
const read = (options: Partial<WebhookOptions>) =>
  readWebhookOptions({ url: "https://hooks.example.com/", secret: webhookSecret("a"), ...options }, logger);

describe("the options of outgoing webhooks", () => {
  it("default to everything, for three days", () => {
    const { events, retryDelaysMs, secrets, timeoutMs } = read({});
    expect(events).toEqual(webhookEventTypes);
    expect([retryDelaysMs.length, secrets.length, timeoutMs]).toEqual([9, 1, 15_000]);
  });

  it.each([
    ["https://hooks.example.com:8443/a?b=c", []],
    ["http://127.0.0.1:9000/hooks", ["http://127.0.0.1:9000"]],
    ["http://backend:3000/hooks", ["http://backend:3000"]],
  ])("take %s", (url, trustedOrigins) => {
    expect(read({ url, trustedOrigins }).url).toBe(url);
  });

  it.each([
    "http://hooks.example.com/",
    "http://127.0.0.1:9000/hooks",
    "https://localhost/hooks",
    "https://10.0.0.1/hooks",
    "https://[::1]/",
    "https://[::ffff:127.0.0.1]/",
    "https://user:password@hooks.example.com/",
    "https://backend/",
    "/hooks",
    "",
  ])("refuse an address that nobody may be told at: %j", (url) => {
    expect(() => read({ url })).toThrow("webhooks.url cannot be used");
    expect(() => read({ url, trustedOrigins: ["http://127.0.0.1:9001"] })).toThrow(
      "webhooks.url cannot be used",
    );
  });

  it.each([[[]], [["a", "b", "c", "d", "e"].map(webhookSecret)]])(
    "refuse too few or too many secrets",
    (secret) => {
      expect(() => read({ secret })).toThrow("webhooks.secret must be 1 to 4 secrets");
    },
  );

  it("refuse an event that never happens", () => {
    expect(() => read({ events: ["generation.completed" as never] })).toThrow("generation.completed");
  });
});
