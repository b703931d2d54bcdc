// A process of its own that sends webhooks until it is killed: `sender-process.ts <where, as JSON>`.
import { createBff } from "../../create-bff.ts";
import { postgres } from "../../database/postgres.ts";
import type { WebhookOptions } from "../../webhooks/options.ts";
import { memoryStore } from "../generations/memory-store.ts";

const { url, webhooks, secret } = JSON.parse(process.argv[2] ?? "") as {
  readonly url: string;
  readonly webhooks: WebhookOptions;
  readonly secret: string;
};
const bff = createBff({
  database: postgres(url),
  storage: memoryStore(),
  auth: { authenticate: () => Promise.reject(new Error("nobody asks")) },
  providers: {},
  prices: {},
  secret,
  webhooks,
});
await bff.start();
