import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { pglite } from "@genbff/core/pglite";
import { type Browser, chromium } from "playwright";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { seedPglite } from "../../../packages/core/src/testing/embedded/test-pglite.ts";
import { programEnvironment } from "../../../packages/core/src/testing/program-environment.ts";
import { wall } from "./wall.ts";

const executablePath = process.env.CHROMIUM_PATH ?? "/usr/bin/chromium";
/** The picture in the README: made by this very test when somebody asks for it. */
const { RENDER_SCREENSHOT: screenshot } = process.env;
const main = fileURLToPath(new URL("../src/main.ts", import.meta.url));

/** The example as `npm run example:render-jobs` runs it; resolves to its address. */
async function startExample(dataDir: string): Promise<{ server: ChildProcess; url: string }> {
  const server = spawn(process.execPath, ["--conditions=@genbff/source", main], {
    env: { ...programEnvironment, PORT: "0", DATA_DIR: dataDir },
    stdio: ["ignore", "pipe", "inherit"],
  });
  let said = "";
  const url = await new Promise<string>((resolve, reject) => {
    server.stdout?.on("data", (chunk: Buffer) => {
      said += chunk.toString();
      const address = /Render jobs: (\S+)/.exec(said)?.[1];
      if (address !== undefined) resolve(address);
    });
    server.once("exit", (code) => reject(new Error(`the example ended with ${code}: ${said}`)));
  });
  return { server, url };
}

describe.skipIf(!existsSync(executablePath))(
  "the page in Chromium (skipped only where there is no browser)",
  () => {
    let dataDir: string;
    let example: Awaited<ReturnType<typeof startExample>>;
    let browser: Browser;

    beforeAll(async () => {
      dataDir = await mkdtemp(join(tmpdir(), "genbff-render-page-"));
      await seedPglite(join(dataDir, "database"));
      const args = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"];
      [example, browser] = await Promise.all([
        startExample(dataDir),
        chromium.launch({ executablePath, args }),
      ]);
    });
    afterAll(async () => {
      await browser.close();
      const ended = once(example.server, "exit");
      example.server.kill("SIGTERM");
      expect(await ended).toEqual([0, null]);
      const database = pglite(join(dataDir, "database"));
      expect(await database.call("genbff_violations", {})).toEqual([]);
      await database.close();
      await rm(dataDir, { recursive: true, force: true });
    });

    it("renders the sample, then a photo of one's own, and shows both sides of a line that can be drawn", async () => {
      const page = await browser.newPage({ viewport: { width: 1240, height: 760 } });
      const failures: string[] = [];
      page.on("pageerror", (error) => failures.push(error.message));
      page.on("request", (request) => {
        if (!/^(data|blob):/.test(request.url()) && new URL(request.url()).origin !== example.url)
          failures.push(`asked ${request.url()}`);
      });
      await page.goto(example.url);
      const render = page.getByRole("button", { name: "Render", exact: true });
      const after = page.getByRole("img", { name: "After" });
      const done = page.getByText("Done. Draw the line across the picture.");
      await render.click();
      await done.waitFor({ timeout: 40_000 });
      expect(await after.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBe(1200);
      if (screenshot !== undefined) await page.screenshot({ path: screenshot, type: "jpeg", quality: 82 });

      const buffer = await wall({ width: 240, height: 160 });
      const own = page.locator("#photos input[type=file]");
      await own.setInputFiles({ name: "wall.png", mimeType: "image/png", buffer });
      await after.waitFor({ state: "hidden" });
      await page.getByRole("button", { name: "tiles" }).click();
      await render.click();
      await done.waitFor({ timeout: 40_000 });
      expect(await after.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBe(480);
      await page.getByRole("slider", { name: "Before and after" }).fill("20");
      expect(await page.locator("#stage").getAttribute("style")).toContain("--split: 20%");
      expect(failures).toEqual([]);
    });
  },
);
