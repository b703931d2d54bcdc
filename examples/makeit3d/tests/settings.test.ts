import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readConfig } from "../src/config.ts";
import { freePorts, type ServerProcess, startServer } from "./server-process.ts";

describe("the environment", () => {
  it("names every variable that cannot be used, at once", () => {
    expect(() =>
      readConfig({ PORT: "http", PROVIDER_NAMES: "openai:x", AUTH_JWT_SECRET: "short" }),
    ).toThrowError(
      /PORT[\s\S]*AUTH_JWT_SECRET[\s\S]*PROVIDER_NAMES|AUTH_JWT_SECRET[\s\S]*PORT|PORT[\s\S]*PROVIDER_NAMES/,
    );
  });

  it("takes an empty variable for an absent one, and simulates vendors one by one", () => {
    expect(readConfig({ PORT: "", OPENAI_API_KEY: "" })).toMatchObject({
      port: 8787,
      simulated: { openai: true, tripo: true },
    });
    expect(readConfig({ OPENAI_API_KEY: "sk-1" }).simulated).toEqual({ openai: false, tripo: true });
    expect(readConfig({ TRIPO_BASE_URL: "http://127.0.0.1:1" }).simulated).toEqual({
      openai: true,
      tripo: false,
    });
  });

  it("hands on what only one vendor knows", () => {
    const environment = { OPENAI_PARTIAL_IMAGES: "2", TRIPO_WEBHOOK_SECRET: "whsec_1" };
    expect(readConfig(environment)).toMatchObject({
      openai: { partialImages: 2 },
      tripo: { webhookSecret: "whsec_1" },
    });
    expect(() => readConfig({ OPENAI_PARTIAL_IMAGES: "4" })).toThrowError("OPENAI_PARTIAL_IMAGES");
  });

  it("signs people in by name only where it has no token secret of its own", () => {
    expect(readConfig({}).local).toBe(true);
    expect(readConfig({ AUTH_JWT_SECRET: "0123456789abcdef0123456789abcdef" }).local).toBe(false);
  });
});

describe("a started example", () => {
  let dataDir: string;
  let environment: Record<string, string>;
  let server: ServerProcess;
  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), "genbff-settings-"));
    const [port, simulatorPort] = await freePorts(2);
    environment = {
      PORT: String(port),
      SIMULATOR_PORT: String(simulatorPort),
      DATA_DIR: dataDir,
      SIMULATOR_LATENCY_MS: "0",
      PROVIDER_NAMES: "openai=provider_a,tripo=provider_b",
    };
    server = await startServer(environment);
  });
  afterAll(async () => {
    await server.stop();
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
    for (const answer of [status, catalogue]) expect(answer).not.toMatch(/openai|tripo/i);
    const newest = await fetch(`${server.url}/api/tasks/t/status?service=provider_a`, { headers });
    expect(newest.status).toBe(200);
  });

  it("refuses a second process on the same folder, and says which folder and why", async () => {
    const [port, simulatorPort] = await freePorts(2);
    const second = startServer({ ...environment, PORT: String(port), SIMULATOR_PORT: String(simulatorPort) });
    await expect(second).rejects.toThrowError(new RegExp(`${join(dataDir, "database")}`));
  });
});
