import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Simulator, startSimulator } from "@genbff/simulator";
import { Webhook } from "standardwebhooks";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { WebhookEvent } from "../../../packages/core/src/contract/webhook-event.ts";
import { vendorCanary } from "../../../packages/core/src/testing/leaks/vendor-canary.ts";
import { openApiProblems } from "../../../packages/core/src/testing/openapi-problems.ts";
import {
  type Receiver,
  startReceiver,
  webhookSecret,
} from "../../../packages/core/src/testing/webhooks/receiver.ts";
import { readConfig, vendors } from "../src/config.ts";
import { type Environment, freePorts, type ServerProcess, startServer } from "./server-process.ts";

/** Whom the simulator plays. */
const simulated = (config: ReturnType<typeof readConfig>) =>
  vendors.filter((vendor) => config.connectionOf(vendor).simulated);

describe("the environment", () => {
  it("names every variable that cannot be used, at once", () => {
    expect(() =>
      readConfig({ PORT: "http", PROVIDER_NAMES: "openai:x", AUTH_JWT_SECRET: "short" }),
    ).toThrowError(
      /PORT[\s\S]*AUTH_JWT_SECRET[\s\S]*PROVIDER_NAMES|AUTH_JWT_SECRET[\s\S]*PORT|PORT[\s\S]*PROVIDER_NAMES/,
    );
  });

  it("takes an empty variable for an absent one, and simulates vendors one by one", () => {
    const config = readConfig({ PORT: "", OPENAI_API_KEY: "" });
    expect(config.port).toBe(8787);
    expect(simulated(config)).toEqual([...vendors]);
  });

  it.each(vendors)("simulates %s unless it has a key or an address", (vendor) => {
    const others = vendors.filter((name) => name !== vendor);
    const name = vendor.toUpperCase();
    const [keyed, placed] = [
      readConfig({ [`${name}_API_KEY`]: "key-1" }),
      readConfig({ [`${name}_BASE_URL`]: "http://127.0.0.1:1" }),
    ];
    expect(simulated(keyed)).toEqual(others);
    expect(keyed.connectionOf(vendor)).toEqual({ apiKey: "key-1", baseUrl: undefined, simulated: false });
    expect(simulated(placed)).toEqual(others);
    expect(placed.connectionOf(vendor).baseUrl).toBe("http://127.0.0.1:1");
  });

  it("takes a public name for every vendor, never one name for two, and none for a vendor that is not sold", () => {
    const all = vendors.map((vendor, index) => `${vendor}=provider_${index}`).join(",");
    const config = readConfig({ PROVIDER_NAMES: all });
    expect(vendors.map(config.publicName)).toEqual(vendors.map((_, index) => `provider_${index}`));
    for (const wrong of ["openai=same,tripo=same", "openai=tripo", "midjourney=provider_m"])
      expect(() => readConfig({ PROVIDER_NAMES: wrong }), wrong).toThrowError("PROVIDER_NAMES");
  });

  it("parts web and worker processes by a queue in Redis, or in the database, and by none that they could not share", () => {
    const redis = "redis://127.0.0.1:6379";
    const postgres = "postgres://127.0.0.1/shop";
    expect(readConfig({}).queue).toBeUndefined();
    const bullmq = { BFF_ENGINE: "bullmq", DATABASE_URL: postgres };
    expect(readConfig(bullmq).queue).toEqual({ postgres, prefix: "makeit3d" });
    expect(readConfig({ ...bullmq, REDIS_URL: redis, BFF_QUEUE_PREFIX: "shop" }).queue).toEqual({
      redis,
      prefix: "shop",
    });
    expect(() => readConfig({ BFF_ENGINE: "bullmq", REDIS_URL: redis })).toThrowError("DATABASE_URL");
    expect(() => readConfig({ REDIS_URL: redis })).toThrowError("REDIS_URL");
    const project = { SUPABASE_URL: "https://shop.example", SUPABASE_SERVICE_ROLE_KEY: "sb_secret_any" };
    expect(() => readConfig({ BFF_ENGINE: "bullmq", ...project })).toThrowError("REDIS_URL");
    expect(() => readConfig({ BFF_ENGINE: "celery" })).toThrowError("BFF_ENGINE");
  });

  it("hands on what only one vendor knows", () => {
    const environment = { OPENAI_PARTIAL_IMAGES: "3", TRIPO_WEBHOOK_SECRET: "whsec_1" };
    expect(readConfig(environment)).toMatchObject({
      partialImages: 3,
      webhookSecret: "whsec_1",
    });
    // Unfinished pictures cost money at the vendor, and none at the simulator.
    expect(readConfig({}).partialImages).toBe(2);
    expect(readConfig({ OPENAI_API_KEY: "key-1" }).partialImages).toBe(0);
    expect(() => readConfig({ OPENAI_PARTIAL_IMAGES: "4" })).toThrowError("OPENAI_PARTIAL_IMAGES");
  });

  it("limits what one user may start, but not on a laptop that did not ask for it", () => {
    const hosted = { AUTH_JWT_SECRET: "0123456789abcdef0123456789abcdef" };
    const asked = {
      BFF_OPENAI_REQUESTS_PER_MINUTE: "5",
      BFF_TRIPO_REFINE_REQUESTS_PER_MINUTE: "7",
      BFF_TRIPO_OTHER_REQUESTS_PER_MINUTE: "13",
    };
    const none = { openai: undefined, tripoRefine: undefined, tripoOther: undefined };
    expect(readConfig({}).requestsPerMinute).toEqual(none);
    expect(readConfig(hosted).requestsPerMinute).toEqual({ openai: 4, tripoRefine: 6, tripoOther: 12 });
    const wanted = { openai: 5, tripoRefine: 7, tripoOther: 13 };
    expect(readConfig(asked).requestsPerMinute).toEqual(wanted);
    expect(readConfig({ ...hosted, ...asked }).requestsPerMinute).toEqual(wanted);
    for (const name of Object.keys(asked))
      for (const wrong of ["0", "-1", "1.5", "four", "1001"])
        expect(() => readConfig({ [name]: wrong }), `${name}=${wrong}`).toThrowError(`${name}: `);
  });

  it("looks at addresses where it is told how often they may ask", () => {
    const asked = { BFF_ADDRESS_REQUESTS_PER_MINUTE: "300" };
    expect(readConfig({ BFF_TRUSTED_PROXIES: "1" }).addresses).toBeUndefined();
    expect(readConfig(asked).addresses).toEqual({ perMinute: 300, trustedProxies: 0 });
    expect(readConfig({ ...asked, BFF_TRUSTED_PROXIES: "2" }).addresses).toEqual({
      perMinute: 300,
      trustedProxies: 2,
    });
    expect(() => readConfig({ BFF_TRUSTED_PROXIES: "all" })).toThrowError("BFF_TRUSTED_PROXIES");
  });

  it("tells a server of the team's own only with all that it takes", () => {
    const secret = webhookSecret("b");
    const url = "https://backend.example.com/genbff";
    expect(readConfig({}).webhooks).toBeUndefined();
    expect(
      readConfig({ BFF_WEBHOOK_URL: url, BFF_WEBHOOK_SECRETS: `${secret}, ${secret}` }).webhooks,
    ).toEqual({
      url,
      secret: [secret, secret],
      trustedOrigins: [],
    });
    expect(() => readConfig({ BFF_WEBHOOK_URL: url })).toThrowError("BFF_WEBHOOK_SECRETS: ");
    for (const name of ["BFF_WEBHOOK_SECRETS", "BFF_WEBHOOK_TRUSTED_ORIGINS"])
      expect(() => readConfig({ [name]: "x" })).toThrowError("BFF_WEBHOOK_URL: ");
  });

  it("knows of the Python services' clients only the two versions that there were, and keeps pictures where it is told", () => {
    expect(readConfig({})).toMatchObject({ pythonClients: undefined, imagesFolder: "images" });
    const asked = { BFF_PYTHON_CLIENTS: "v2", IMAGES_FOLDER_NAME: "concepts" };
    expect(readConfig(asked)).toMatchObject({ pythonClients: "v2", imagesFolder: "concepts" });
    expect(() => readConfig({ BFF_PYTHON_CLIENTS: "on" })).toThrowError("BFF_PYTHON_CLIENTS");
    expect(() => readConfig({ IMAGES_FOLDER_NAME: "../up" })).toThrowError("IMAGES_FOLDER_NAME");
  });

  it("makes nobody an operator who is not named", () => {
    expect(readConfig({}).operators).toEqual([]);
    expect(readConfig({ BFF_OPERATORS: "olga, oleg" }).operators).toEqual(["olga", "oleg"]);
  });

  it("signs people in by name only where it has no token secret of its own", () => {
    expect(readConfig({}).local).toBe(true);
    expect(readConfig({ AUTH_JWT_SECRET: "0123456789abcdef0123456789abcdef" }).local).toBe(false);
  });
});

/** What vendors are called, what they call their models, and the dates in the ids of those. */
const ofVendors = new RegExp(
  [
    ...vendors,
    ...[
      "gpt",
      "dall-?e",
      "stable",
      "sd3",
      "point_?aware",
      "google",
      "imagen",
      "banana",
      "bytedance",
      "doubao",
    ],
    ...["-20[0-9]{6}", "-2[0-9]{5}\\b"],
  ].join("|"),
  "i",
);

describe("a started example", () => {
  let dataDir: string;
  let environment: Environment;
  let server: ServerProcess;
  let receiver: Receiver;
  let simulator: Simulator;
  beforeAll(async () => {
    receiver = await startReceiver();
    dataDir = await mkdtemp(join(tmpdir(), "genbff-settings-"));
    const [port] = await freePorts(1);
    simulator = await startSimulator({ latencyMs: 0, canary: vendorCanary });
    environment = {
      PORT: String(port),
      SIMULATOR_URL: simulator.url,
      DATA_DIR: dataDir,
      BFF_OPERATORS: "olga",
      BFF_WEBHOOK_URL: receiver.url,
      BFF_WEBHOOK_SECRETS: webhookSecret("a"),
      BFF_WEBHOOK_TRUSTED_ORIGINS: receiver.origin,
      PROVIDER_NAMES: vendors.map((vendor, index) => `${vendor}=provider_${"abcdef"[index]}`).join(","),
      BFF_PYTHON_CLIENTS: "v1",
    };
    server = await startServer(environment);
  }, 120_000);
  afterAll(async () => {
    await server.stop();
    await Promise.all([receiver.close(), simulator.close()]);
    await rm(dataDir, { recursive: true, force: true });
  });

  it("shows the providers by their public names alone", async () => {
    const session = await fetch(`${server.url}/api/dev/session`, { method: "POST", body: '{"user":"ada"}' });
    const { access_token: token, user_id: user } = (await session.json()) as {
      access_token: string;
      user_id: string;
    };
    expect(user).toBe("ada");
    const headers = {
      authorization: `Bearer ${token}`,
      "content-type": "application/json",
      prefer: "wait=20",
    };
    const made = await fetch(`${server.url}/api/generate/text-to-image`, {
      method: "POST",
      headers,
      body: JSON.stringify({ task_id: "t", provider: "provider_a", prompt: "a compass" }),
    });
    const status = await made.text();
    expect(JSON.parse(status)).toMatchObject({ provider: "provider_a", status: "complete" });
    const catalogue = await (await fetch(`${server.url}/api/operations`, { headers })).text();
    const openapi = await (await fetch(`${server.url}/api/openapi.json`)).text();
    expect(openapi).toContain("provider_f");
    expect(await openApiProblems(JSON.parse(openapi))).toEqual([]);
    // What is refused says what is taken, and whatever the caller says of it comes back.
    const refusals = await Promise.all(
      [
        ["text-to-image", { provider: "provider_c", prompt: "a compass", model: "newest" }],
        ["text-to-image", { provider: "provider_c", prompt: "a compass", model: "v4", negative_prompt: "n" }],
        ["text-to-model", { provider: "provider_d", prompt: "a compass", model_version: "newest" }],
        ["text-to-model", { provider: "provider_d", prompt: "a compass", texture: false, pbr: true }],
        ["image-to-model", { provider: "provider_a", input_image_asset_urls: ["https://example.com/a.png"] }],
      ].map(async ([operation, input]) => {
        const body = JSON.stringify({ task_id: "t", ...(input as object) });
        const answer = await fetch(`${server.url}/api/generate/${operation}`, {
          method: "POST",
          headers,
          body,
        });
        expect(answer.ok, body).toBe(false);
        return answer.text();
      }),
    );
    for (const answer of [status, catalogue, openapi, ...refusals]) expect(answer).not.toMatch(ofVendors);
    // What the vendor said to it has a canary, which is searched for in every answer.
    simulator.setFaults([{ vendor: "openai", kind: "moderated" }]);
    const refused = await fetch(`${server.url}/api/generate/text-to-image`, {
      method: "POST",
      headers,
      body: JSON.stringify({ task_id: "refused", provider: "provider_a", prompt: "a compass" }),
    });
    expect(await refused.json()).toMatchObject({ status: "failed", error: { error: expect.any(String) } });
    const newest = await fetch(`${server.url}/api/tasks/t/status?service=provider_a`, { headers });
    expect(newest.status).toBe(200);
  });

  it("answers clients of the Python services at the root, in their words", async () => {
    const session = await fetch(`${server.url}/dev/session`, { method: "POST", body: `{"user":"mary"}` });
    const { access_token: token } = (await session.json()) as { access_token: string };
    const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
    const body = JSON.stringify({ provider: "openai", prompt: "a compass", style: "steampunk" });
    const answer = await fetch(`${server.url}/generate/text-to-image`, { method: "POST", headers, body });
    const started = (await answer.json()) as { task_id: string };
    expect([answer.status, started]).toMatchObject([202, { status: "pending" }]);
    const status = `${server.url}/tasks/${started.task_id}/status?service=openai&wait=20&version=99`;
    await vi.waitFor(
      async () =>
        expect(await (await fetch(status, { headers })).json()).toMatchObject({ status: "completed" }),
      { timeout: 30_000 },
    );
  });

  it("lets its operators move credits, and nobody else, and tells the team's server of it", async () => {
    const grantBy = async (user: string) => {
      const session = await fetch(`${server.url}/api/dev/session`, {
        method: "POST",
        body: JSON.stringify({ user }),
      });
      const { access_token: token } = (await session.json()) as { access_token: string };
      const answer = await fetch(`${server.url}/api/admin/grant`, {
        method: "POST",
        headers: {
          authorization: `Bearer ${token}`,
          "content-type": "application/json",
          "idempotency-key": `by ${user}`,
        },
        body: JSON.stringify({ wallet_id: "lin", amount: 40, reason: "a present" }),
      });
      return answer.status;
    };
    expect([await grantBy("ada"), await grantBy("olga")]).toEqual([403, 200]);
    const told = () =>
      receiver.deliveries.flatMap(({ body, headers }) => {
        const event = new Webhook(webhookSecret("a")).verify(
          body,
          headers as Record<string, string>,
        ) as WebhookEvent;
        return "wallet_id" in event.data && event.data.wallet_id === "lin"
          ? [[event.type, event.data.amount]]
          : [];
      });
    await vi.waitFor(() => expect(told()).toEqual([["credits.grant", 40]]), { timeout: 20_000 });
  });

  it("refuses a second process on the same folder, and says which folder and why", async () => {
    const [port] = await freePorts(1);
    const second = startServer({ ...environment, PORT: String(port) });
    await expect(second).rejects.toThrowError(new RegExp(`${join(dataDir, "database")}`));
  });
});
