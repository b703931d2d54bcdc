import { existsSync } from "node:fs";
import { type Browser, chromium, type Page } from "playwright";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type Simulator, startSimulator } from "./simulator.ts";
import { type Buyer, createBuyer } from "./testing/buyer.ts";

const executablePath = process.env.CHROMIUM_PATH ?? "/usr/bin/chromium";
const order = { model: "v3.1-20260211", prompt: "a cup", face_limit: 100 };
const hostile = "<img src=x onerror=document.body.remove()>";

// Only where there is a browser, as everywhere in this repository; CI has one.
if (existsSync(executablePath)) {
  describe("the page", () => {
    let simulator: Simulator;
    let buyer: Buyer;
    let browser: Browser;
    let page: Page;
    const problems: string[] = [];

    beforeAll(async () => {
      simulator = await startSimulator({ jobMs: 20 });
      buyer = createBuyer(simulator);
      browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu"] });
      page = await browser.newPage({ viewport: { width: 390, height: 800 } });
      page.on("pageerror", (error) => problems.push(error.message));
      page.on("console", (message) => {
        if (message.type() === "error") problems.push(message.text());
      });
      await page.goto(simulator.url);
      await page.waitForSelector("#state.live");
    }, 60_000);
    afterEach(() => simulator.clearFaults());
    afterAll(async () => {
      await browser.close();
      await simulator.close();
    });

    const buy = (reference: string) =>
      buyer.post("/tripo/v3/generation/text-to-model", order, { "x-request-id": reference });
    const text = async (selector: string) => (await page.textContent(selector)) ?? "";

    it("shows traffic, purchases and invoices while they happen, on a phone", async () => {
      expect(await text("#traffic")).toContain("Nobody has asked");
      for (const reference of ["order-1", "order-1", hostile]) await buy(reference);
      await expect.poll(() => text("#bought")).toBe("3");
      expect(await text("#double")).toBe("1");
      expect(await text("#total")).toBe("$0.6000");
      expect(await text("#traffic")).toContain("same again");
      expect(await text("#purchases")).toContain(hostile);
      expect(await text("#invoices")).toMatch(/tripo.*text_to_model360/);
      expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(390);
    });

    it("switches a fault on and off, and leaves other rules alone", async () => {
      simulator.setFaults([{ kind: "latency", vendor: "openai", times: null }]);
      await page.waitForSelector("#rules li");
      const rateLimit = page.getByRole("button", { name: "Rate limit" });
      await page.selectOption("#vendor", "tripo");
      await rateLimit.click();
      await expect.poll(() => rateLimit.getAttribute("aria-pressed")).toBe("true");
      expect((await buy("order-2")).status).toBe(429);
      await expect.poll(() => text("#rules")).toContain("struck 1 of 1");
      await rateLimit.click();
      await expect.poll(() => rateLimit.getAttribute("aria-pressed")).toBe("false");
      expect((await buy("order-3")).status).toBe(200);
      await expect.poll(() => text("#rules")).toContain('"latency"');
      await page.click("#clear");
      await expect.poll(() => page.locator("#rules li").count()).toBe(0);
    });

    it("takes any other rule, and says what is wrong with one", async () => {
      await page.click("summary");
      await page.fill("#text", '{"kind":"earthquake"}');
      await page.click("#rule button");
      await expect.poll(() => text("#problem")).toContain('unknown fault "earthquake"');
      await page.fill("#text", '{"kind":"quota","vendor":"tripo"}');
      await page.click("#rule button");
      await expect.poll(() => text("#rules")).toContain('"quota"');
      expect((await buy("order-4")).status).toBe(403);
    });

    it("comes back when the port does", async () => {
      // The refused addresses and the rule that makes no sense are the browser's own errors; ours are others.
      expect(problems.filter((text) => !text.includes("400 (Bad Request)"))).toEqual([]);
      simulator.goOffline(600_000);
      await page.waitForSelector("#state:not(.live)");
      simulator.goOffline(1);
      await page.waitForSelector("#state.live");
    });
  });
}
