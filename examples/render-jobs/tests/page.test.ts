import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pglite } from "@genbff/core/pglite";
import { type Browser, chromium } from "playwright";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { seedPglite } from "../../../packages/core/src/testing/embedded/test-pglite.ts";
import { type PageSearch, searchPages } from "../../../packages/core/src/testing/leaks/search-pages.ts";
import { startRenderProcess } from "./render-process.ts";
import { wall } from "./wall.ts";

const executablePath = process.env.CHROMIUM_PATH ?? "/usr/bin/chromium";
/** The picture in the README: made by this very test when somebody asks for it. */
const { RENDER_SCREENSHOT: screenshot } = process.env;

describe.skipIf(!existsSync(executablePath))(
  "the page in Chromium (skipped only where there is no browser)",
  () => {
    let dataDir: string;
    let example: Awaited<ReturnType<typeof startRenderProcess>>;
    let pages: PageSearch;
    let browser: Browser;

    beforeAll(async () => {
      dataDir = await mkdtemp(join(tmpdir(), "genbff-render-page-"));
      await seedPglite(join(dataDir, "database"));
      const args = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"];
      pages = await searchPages();
      [example, browser] = await Promise.all([
        startRenderProcess({ DATA_DIR: dataDir }),
        chromium.launch({ executablePath, args, proxy: pages.proxy }),
      ]);
    });
    afterAll(async () => {
      await browser.close();
      await pages.close();
      example.program.signal("SIGTERM");
      expect(await example.program.ended).toBe(0);
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
