import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Browser, chromium, type Page } from "playwright";
import { build } from "vite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { inspect } from "./testing/axe.ts";
import { type FakeServer, startFakeServer } from "./testing/fake-server.ts";
import { atWork, newcomer, picture } from "./testing/scenes.ts";

const executablePath = process.env.CHROMIUM_PATH ?? "/usr/bin/chromium";
/** Without a browser there is no page to look at: nothing here can be shown. */
const suite = existsSync(executablePath) ? describe : describe.skip;

suite("the studio page", { timeout: 120_000 }, () => {
  let browser: Browser;
  let server: FakeServer;
  let dist: string;
  const foreign: string[] = [];
  const problems: string[] = [];

  beforeAll(async () => {
    dist = await mkdtemp(join(tmpdir(), "studio-"));
    await build({ root: import.meta.dirname, logLevel: "error", build: { outDir: dist } });
    server = await startFakeServer(dist, newcomer());
    browser = await chromium.launch({
      executablePath,
      args: ["--no-sandbox", "--disable-gpu", "--enable-unsafe-swiftshader"],
    });
  }, 60_000);
  afterAll(async () => {
    await browser?.close();
    await server?.close();
    await rm(dist, { recursive: true, force: true });
  });

  async function open(options: { signedIn?: boolean; width?: number } = {}): Promise<Page> {
    const page = await browser.newPage({
      viewport: { width: options.width ?? 1440, height: 900 },
      reducedMotion: "reduce",
      colorScheme: "light",
    });
    page.setDefaultTimeout(10_000);
    page.on("request", (request) => {
      const { protocol, origin } = new URL(request.url());
      if (protocol.startsWith("http") && origin !== server.url) foreign.push(request.url());
    });
    page.on("pageerror", (error) => problems.push(error.message));
    if (options.signedIn !== false)
      await page.addInitScript(() => {
        const session = { name: "Ada", userId: "ada", accessToken: "a.b.c" };
        localStorage.setItem("studio-session", JSON.stringify(session));
      });
    await page.goto(server.url);
    return page;
  }

  it("leads from the door to a picture: a sample, the price, the card, live until it is ready", async () => {
    server.scene = newcomer();
    const page = await open({ signedIn: false });
    await page.getByRole("button", { name: "Come in" }).click();
    await page.getByRole("heading", { name: "Begin with a picture." }).waitFor();
    await page.getByRole("button", { name: /Paint the cat in gouache/ }).click();
    await page.getByText("Sample picture").waitFor();
    await page.getByRole("button", { name: "One more" }).click();
    await page.getByRole("button", { name: "Make · 2 credits" }).click();
    const card = page.getByRole("article", { name: "Two pictures" });
    await card.getByText("2 credits set aside").waitFor();
    await page.getByRole("button", { name: "98 credits" }).waitFor();

    await page.reload();
    await card.getByText("12 %").waitFor();

    const [tree] = server.scene.trees.values();
    const generation = tree?.generations[0];
    if (!generation) throw new Error("Nothing was asked for.");
    server.scene.balance = { ...server.scene.balance, held: 0 };
    Object.assign(generation, {
      status: "complete",
      version: 2,
      progress: 100,
      assets: [picture(0, "cat-painted.jpg"), picture(1, "cat.jpg")],
      credits: { held: 0, charged: 2 },
      completed_at: new Date().toISOString(),
      next_poll_ms: null,
    });
    server.tell(generation);
    await card.getByText("Ready · 2 credits").waitFor();
    await page.getByRole("status").getByText("2 pictures ready. 2 credits.").waitFor();
    await card.getByRole("button", { name: /Open picture \da/ }).click();
    const loupe = page.getByRole("dialog");
    await loupe.getByRole("button", { name: "Make it a 3D model · 8 credits" }).click();
    await page.getByRole("heading", { name: "A 3D model from a picture" }).waitFor();
    await page.getByRole("button", { name: "Make · 8 credits" }).waitFor();
    await page.close();
  });

  it("takes people in by an account where the server has accounts, and asks again when their session has ended", async () => {
    server.scene = { ...newcomer(), accounts: new Map() };
    const page = await open({ signedIn: false });
    await page.getByLabel("Your e-mail address").fill("ada@example.com");
    await page.getByLabel("Password").fill("a long password");
    await page.getByRole("button", { name: "Come in" }).click();
    await page.getByRole("alert").getByText("The address or the password is not right.").waitFor();
    await inspect(page, "account", [360]);

    await page.getByRole("button", { name: "I am new here" }).click();
    await page.getByRole("button", { name: "Make an account" }).click();
    // This project confirms nothing; one that does: examples/makeit3d/tests/supabase.test.ts.
    await page.getByRole("heading", { name: "Begin with a picture." }).waitFor();
    const kept = await page.evaluate(() => localStorage.getItem("studio-session") ?? "");
    expect(Object.keys(JSON.parse(kept)).sort()).toEqual(["accessToken", "expiresAt", "name", "userId"]);
    await page.reload();
    await page.getByRole("heading", { name: "Begin with a picture." }).waitFor();

    const place = page.url();
    const expired = { error: "token_expired", message: "You were signed out.", details: {}, request_id: "r" };
    await page.route("**/api/credits/**", (route) => route.fulfill({ status: 401, json: expired }));
    // Somebody comes back to the page, and it looks what is true now.
    await page.evaluate(() => document.dispatchEvent(new Event("visibilitychange")));
    await page.getByText("You were signed out, as it has been a while.").waitFor();
    expect(await page.evaluate(() => localStorage.getItem("studio-session"))).toBeNull();
    await page.unroute("**/api/credits/**");
    await page.getByLabel("Your e-mail address").fill("ada@example.com");
    await page.getByLabel("Password").fill("a long password");
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: "ada@example.com, sign out" }).waitFor();
    expect(page.url()).toBe(place);

    await page.getByRole("button", { name: "ada@example.com, sign out" }).click();
    await page.getByText("See the price before.").waitFor();
    await page.evaluate(() => {
      const session = { name: "Ada", userId: "ada", accessToken: "a.b.c", expiresAt: "2026-01-01T00:00:00Z" };
      localStorage.setItem("studio-session", JSON.stringify(session));
    });
    await page.reload();
    await page.getByRole("button", { name: "Come in" }).waitFor();
    await page.close();
  });

  it("says what happened to a damaged file", async () => {
    server.scene = newcomer();
    const page = await open();
    await page.locator('input[type="file"]').setInputFiles({
      name: "damaged.jpg",
      mimeType: "image/jpeg",
      buffer: Buffer.from([0xff, 0xd8, 0xff, 0xe0, 1, 2, 3]),
    });
    await page.getByRole("alert").getByText("nothing was kept").waitFor();
    await page.close();
  });

  it("says what stands in the way: too few credits, too many at once", async () => {
    const poor = newcomer();
    server.scene = { ...poor, balance: { ...poor.balance, available: 3, held: 8 } };
    const page = await open();
    await page.getByText("3D model", { exact: true }).click();
    const main = page.getByRole("button", { name: "Needs 8 credits" });
    await main.waitFor();
    expect(await main.isDisabled()).toBe(true);
    await page.getByText("You have 3 free; 8 come free or are paid when your running work ends.").waitFor();
    await page.route("**/api/generate/**", (route) =>
      route.fulfill({
        status: 429,
        headers: { "retry-after": "12" },
        json: {
          error: "rate_limited",
          message: "That was a little fast. Please wait a moment.",
          details: { retry_after_s: 12 },
          request_id: "r",
        },
      }),
    );
    await page.getByText("Picture", { exact: true }).first().click();
    await page.getByText("Words", { exact: true }).click();
    await page.getByLabel("What you see").fill("A quiet harbour");
    await page.getByRole("button", { name: "Make · 1 credit" }).click();
    await page.getByRole("button", { name: /Free again in 1[12] s/ }).waitFor();
    await page.getByText("Nothing was charged.", { exact: false }).first().waitFor();
    await page.close();
  });

  it("shows every state of a card in words, with what it cost", async () => {
    server.scene = atWork();
    const page = await open();
    const table = page.getByRole("main");
    await table.getByRole("heading", { name: "A cup for the winter menu", level: 1 }).waitFor();
    for (const words of [
      "2 being made, 1 waiting.",
      "3 of 4 arrived · 3 credits",
      "Stopped by the safety check",
      "Not charged",
      "from picture 2a",
      "Waiting for its turn",
      "Shaping the mesh",
      "62 %",
      "It stopped halfway",
      "Trying again usually works.",
      "Not charged. 8 credits came back.",
      "Try again · 8 credits",
      "Change it and try again",
      "Cancelled by you. Not charged.",
    ])
      await table.getByText(words).first().waitFor();
    expect(await table.getByRole("progressbar").count()).toBe(2);
    await table.getByRole("button", { name: "Cancel" }).first().click();
    await table.getByText("Stopping…").waitFor();
    await page.locator("canvas[data-ready=true]").waitFor({ timeout: 20_000 });
    const slider = page.getByLabel("Turn the model");
    const before = await slider.inputValue();
    await slider.press("ArrowRight");
    expect(Number(await slider.inputValue())).toBeGreaterThan(Number(before));
    await page.close();
  });

  it("satisfies axe in every moment, light and dark, wide and narrow", async () => {
    server.scene = newcomer();
    const door = await open({ signedIn: false });
    await door.getByRole("button", { name: "Come in" }).waitFor();
    await inspect(door, "sign-in", [1440, 360]);
    await door.close();
    const fresh = await open();
    await fresh.getByRole("heading", { name: "Begin with a picture." }).waitFor();
    await fresh.getByText("More choices").click();
    await inspect(fresh, "newcomer", [1440]);
    await fresh.setViewportSize({ width: 390, height: 844 });
    await fresh.getByRole("button", { name: "Make something" }).click();
    await inspect(fresh, "sheet", [390, 360]);
    await fresh.close();
    server.scene = atWork();
    const work = await open();
    await work.getByText("3 of 4 arrived").waitFor();
    await inspect(work, "work", [1440, 390, 360]);
    await work
      .getByRole("button", { name: /credits/ })
      .first()
      .click();
    await work.getByRole("heading", { name: "Where they are" }).waitFor();
    await work.getByText("Welcome").waitFor();
    await inspect(work, "history", [360]);
    await work.keyboard.press("Escape");
    await work.getByRole("button", { name: /Open picture 2a/ }).click();
    await work.getByRole("dialog").waitFor();
    await inspect(work, "loupe", [1440, 360]);
    await work.close();
  });

  it("reaches the main button by keyboard, and gives focus back", async () => {
    server.scene = newcomer();
    const page = await open();
    await page.getByRole("heading", { name: "Begin with a picture." }).waitFor();
    const reached: string[] = [];
    for (let step = 0; step < 40; step += 1) {
      await page.keyboard.press("Tab");
      const name = await page.evaluate(() => document.activeElement?.textContent ?? "");
      reached.push(name);
      if (name.startsWith("Make")) break;
    }
    expect(reached[0]).toBe("Skip to your table");
    expect(reached.at(-1)).toBe("Make · 1 credit");
    await page.keyboard.press("Enter");
    // Something is missing: the button points to it.
    await page.getByRole("status").getByText("First add a photo.").waitFor();
    const history = page.getByRole("button", { name: "History" });
    await history.focus();
    await page.keyboard.press("Enter");
    await page.getByRole("dialog").waitFor();
    await page.keyboard.press("Escape");
    await expect.poll(() => history.evaluate((button) => button === document.activeElement)).toBe(true);
    await page.close();
  });

  it("asks no other host, and breaks nowhere", () => {
    expect(foreign).toEqual([]);
    expect(problems).toEqual([]);
  });
});
