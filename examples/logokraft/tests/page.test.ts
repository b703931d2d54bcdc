import { existsSync } from "node:fs";
import { type Browser, chromium, type Page } from "playwright";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type PageSearch, searchPages } from "../../../packages/core/src/testing/leaks/search-pages.ts";
import { type LogokraftProcess, startLogokraftProcess } from "./logokraft-process.ts";

const executablePath = process.env.CHROMIUM_PATH ?? "/usr/bin/chromium";
/** The picture in the README, when somebody asks for it. */
const { LOGOKRAFT_SCREENSHOT: screenshot } = process.env;
const count = screenshot ? 12 : 4;

describe.skipIf(!existsSync(executablePath))(
  "the page in Chromium, before the whole example (skipped only where there is no browser)",
  () => {
    let server: LogokraftProcess;
    let pages: PageSearch;
    let browser: Browser;
    let page: Page;
    const troubles: string[] = [];

    beforeAll(async () => {
      const environment = {
        // Short, for a kill to be found soon; long enough for a busy machine.
        LEASE_MS: "5000",
        SWEEP_MS: "200",
        SIMULATOR_LATENCY_MS: "400",
        // So many can be lost at most: the others are there to be made afterwards.
        PAINTER_CONCURRENCY: "2",
      };
      pages = await searchPages();
      [server, browser] = await Promise.all([
        startLogokraftProcess(environment),
        chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu"], proxy: pages.proxy }),
      ]);
      page = await browser.newPage({ viewport: { width: 1280, height: 860 } });
      page.on("pageerror", (error) => troubles.push(error.message));
    });
    afterAll(async () => {
      await browser?.close();
      await pages.close();
      expect(await server?.end()).toBe(0);
    });

    const done = () => page.locator(".logo[data-status=completed] img");

    it("makes an account and a brief, and shows the logos although the server is killed meanwhile", async () => {
      await page.goto(server.url);
      await page.getByLabel("E-mail").fill("ada@example.com");
      await page.getByLabel("Password").fill("correct horse battery");
      await page.getByRole("button", { name: "Make an account" }).click();
      await page.getByLabel("Name of the brand").fill("Foxglove");
      await page.getByLabel("What it does").fill("a bakery for sourdough bread");
      await page.getByLabel("Colours").fill("terracotta, cream");
      await page.getByRole("slider").fill(String(count));
      await page.getByRole("button", { name: "Make logos" }).click();
      await page
        .locator(".logo")
        .nth(count - 1)
        .waitFor();
      if (!screenshot) await server.killAndStart();
      // What was being bought when it died may be lost, and says so; the rest is made by whoever comes next.
      const ended = page.locator(".logo:is([data-status=completed], [data-status=failed])");
      await expect.poll(() => ended.count(), { timeout: 90_000 }).toBe(count);
      expect(await done().count()).toBeGreaterThanOrEqual(count - 2);
      const paid = 1 + 2 * (await done().count());
      await expect
        .poll(() => page.locator("#balance").textContent(), { timeout: 20_000 })
        .toBe(`${200 - paid} credits`);
    });

    it("refines one, beside the one that it was made of, and finds everything again after a reload", async () => {
      const before = await done().count();
      await done().first().click();
      await page.getByLabel("What is to change?").fill("rounder letters");
      await page.getByRole("button", { name: "Edit" }).click();
      await expect.poll(() => done().count(), { timeout: 90_000 }).toBe(before + 1);
      expect(await page.locator(".logo[data-type=logo_refinement]").count()).toBe(1);
      await page.reload();
      await expect.poll(() => done().count(), { timeout: 20_000 }).toBe(before + 1);
      await page.getByText(/^\d+ credits$/).waitFor();
      await page.waitForFunction(() => [...document.images].every(({ complete }) => complete));
      if (screenshot) await page.screenshot({ path: screenshot });
      expect(troubles).toEqual([]);
    });

    it("asks who it is again once nobody is signed in", async () => {
      await page.getByRole("button", { name: "Sign out" }).click();
      await page.getByRole("button", { name: "Log in" }).waitFor();
      expect(await page.locator(".logo").count()).toBe(0);
    });
  },
);
