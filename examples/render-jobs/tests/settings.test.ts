import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ProviderJob, SubmitContext } from "@genbff/core";
import { expect, it, vi } from "vitest";
import { readmeRows, readmeSettings, settingsOf } from "../../makeit3d/tests/readme-table.ts";
import { environment, readConfig } from "../src/config.ts";
import { withCors } from "../src/contract/cors.ts";
import { renderOptions } from "../src/operation.ts";
import { buildPage } from "../src/page.ts";
import { pipeline } from "../src/provider.ts";

const readme = new URL("../README.md", import.meta.url);

it("has every setting in the README, with its default", async () => {
  const { VITE_RENDER_API_URL: ofThePage, ...told } = await readmeSettings(readme);
  expect(ofThePage).toBeUndefined();
  expect(told).toEqual(settingsOf(environment));
});

it("has every option of a render in the README, with its default", async () => {
  const rows = await readmeRows(readme, "## The contract");
  const told = rows.flatMap(([name = "", value = ""]) => {
    const [, option] = /^`([a-z_]+)`$/.exec(name) ?? [];
    return option === undefined ? [] : [[option, JSON.parse(value.replaceAll("`", ""))] as const];
  });
  expect(Object.fromEntries(told)).toEqual(renderOptions.parse({}));
});

it("names every variable that cannot be used", () => {
  const wrong = {
    PORT: "door",
    PUBLIC_URL: "here",
    AUTH_JWT_SECRET: "short",
    RENDER_STAGE_TIMEOUT: "-1",
    RENDER_QUEUE_DEPTH: "0",
    RENDER_SHOW_QUEUED: "perhaps",
  };
  for (const [name, value] of Object.entries(wrong))
    expect(() => readConfig({ [name]: value })).toThrow(name);
  expect(readConfig({ PORT: "" })).toMatchObject({ port: 8000, queueDepth: 20, showQueued: false });
});

it("gives each stage RENDER_STAGE_TIMEOUT where the request says nothing", async () => {
  const { stageTimeoutMs } = readConfig({ RENDER_STAGE_TIMEOUT: "0.05" });
  const endless = pipeline({
    stageTimeoutMs,
    run: (_input, runStage) =>
      runStage(
        "segment",
        (signal) =>
          new Promise((_, reject) => {
            signal.addEventListener("abort", () => reject(signal.reason));
          }),
      ),
  });
  const file = { sha256: "a", open: async () => new Blob(["a"]).stream() };
  const job = {
    input: { image_url: "a", texture_url: "b" },
    files: [
      { ...file, field: "image_url" },
      { ...file, field: "texture_url" },
    ],
  } as unknown as ProviderJob;
  const never = new AbortController().signal;
  const context = { signal: never, cancelled: never, report() {} } as unknown as SubmitContext;
  const answer = await endless.submit(job, { request: {} }, context);
  expect(answer).toMatchObject({ state: "refused", error: { code: "provider_timeout", outcome: "failed" } });
});

it("lets the pages of PAGE_ORIGINS call the contract, and no others", async () => {
  const { pageOrigins } = readConfig({ PAGE_ORIGINS: "https://app.example.com, https://two.example.com" });
  const fetch = withCors(pageOrigins, async () => Response.json({}));
  const ask = (method: string, origin: string, headers: Record<string, string> = {}) =>
    fetch(new Request("http://render.test/render/jobs", { method, headers: { origin, ...headers } }));
  const first = await ask("OPTIONS", "https://two.example.com", { "access-control-request-method": "POST" });
  expect([first.status, first.headers.get("access-control-allow-origin")]).toEqual([
    204,
    "https://two.example.com",
  ]);
  expect(first.headers.get("access-control-allow-headers")).toContain("idempotency-key");
  const then = await ask("POST", "https://app.example.com");
  expect(then.headers.get("access-control-allow-origin")).toBe("https://app.example.com");
  const other = await ask("POST", "https://evil.example.com");
  expect(other.headers.get("access-control-allow-origin")).toBeNull();
  expect(other.headers.get("vary")).toContain("origin");
});

it("builds VITE_RENDER_API_URL into the page, which asks it for everything", async () => {
  const folder = await mkdtemp(join(tmpdir(), "genbff-render-built-"));
  vi.stubEnv("VITE_RENDER_API_URL", "https://renders.example.com");
  try {
    const page = await buildPage(folder);
    const names = (await readdir(page, { recursive: true })).filter((name) => name.endsWith(".js"));
    const scripts = await Promise.all(names.map((name) => readFile(join(page, name), "utf8")));
    expect(scripts.join("\n")).toContain("https://renders.example.com");
  } finally {
    vi.unstubAllEnvs();
    await rm(folder, { recursive: true, force: true });
  }
});
