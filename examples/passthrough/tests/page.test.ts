import { existsSync } from "node:fs";
import { join } from "node:path";
import { type Browser, chromium } from "playwright";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type PageSearch, searchPages } from "../../../packages/core/src/testing/leaks/search-pages.ts";
import { type PassthroughServer, startServer } from "./server.ts";

const executablePath = process.env.CHROMIUM_PATH ?? "/usr/bin/chromium";
/** Without a browser there is no page to look at: nothing here can be shown. */
const suite = existsSync(executablePath) ? describe : describe.skip;

suite("the page", () => {
  let pages: PageSearch;
  let browser: Browser;
  let server: PassthroughServer;
  beforeAll(async () => {
    pages = await searchPages();
    [browser, server] = await Promise.all([
      chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu"], proxy: pages.proxy }),
      startServer(),
    ]);
  });
  afterAll(async () => {
    await browser?.close();
    await pages.close();
    await server?.close();
  });

  it("leads from a sketch to a model that can be downloaded, and to a finer one", async () => {
    const page = await browser.newPage({ viewport: { width: 1280, height: 860 } });
    const problems: string[] = [];
    page.on("pageerror", (error) => problems.push(error.message));
    await page.goto(server.url);
    await page.setInputFiles(
      "#image",
      join(import.meta.dirname, "../../makeit3d/studio/public/samples/cup.jpg"),
    );
    await page.getByRole("button", { name: "Draw concepts" }).click();
    const concepts = page.getByRole("button", { name: "Make it a model" });
    await concepts.nth(1).waitFor();
    await concepts.first().click();
    const link = page.getByRole("link", { name: "Download .glb" });
    await link.first().waitFor();
    expect((await fetch((await link.first().getAttribute("href")) ?? "")).status).toBe(200);
    await page.getByText(/works for \d+ s/).waitFor();
    await page.getByRole("button", { name: "Refine" }).click();
    await link.nth(1).waitFor();
    const shot = process.env.PAGE_SHOT;
    if (shot !== undefined) await page.screenshot({ path: shot, fullPage: true });
    expect(await page.locator("#trouble").textContent()).toBe("");
    expect(problems).toEqual([]);
    await page.close();
  });
});
