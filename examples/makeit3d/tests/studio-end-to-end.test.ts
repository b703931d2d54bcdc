import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Browser, chromium, type Page } from "playwright";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { seedPglite } from "../../../packages/core/src/testing/embedded/test-pglite.ts";
import { type PageSearch, searchPages } from "../../../packages/core/src/testing/leaks/search-pages.ts";
import { inspect } from "../studio/testing/axe.ts";
import { type Environment, freePorts, type ServerProcess, startServer } from "./server-process.ts";

const executablePath = process.env.CHROMIUM_PATH ?? "/usr/bin/chromium";
/** The picture in the README: made by this very test, with a photograph of one's own, when somebody asks for it. */
const { STUDIO_SCREENSHOT: screenshot, STUDIO_PHOTO: ownPhoto } = process.env;

/** A picture of several megabytes that no compressor can make small: a still life under heavy film grain. */
async function photograph(format: "png" | "jpeg"): Promise<Buffer> {
  const [width, height] = [1800, 1350];
  const scene = Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">
    <linearGradient id="wall" x2="0" y2="1"><stop stop-color="#7f9c93"/><stop offset="1" stop-color="#c9c2a8"/></linearGradient>
    <rect width="100%" height="100%" fill="url(#wall)"/><rect y="900" width="100%" height="450" fill="#8a5a33"/>
    <ellipse cx="900" cy="980" rx="430" ry="90" fill="#5a2016"/><path d="M620 520h560c0 320-90 440-280 440s-280-120-280-440" fill="#b0301c"/>
    <ellipse cx="900" cy="520" rx="280" ry="70" fill="#3a2014"/></svg>`);
  const grain = await sharp({
    create: {
      width,
      height,
      channels: 3,
      background: "#808080",
      noise: { type: "gaussian", mean: 128, sigma: 26 },
    },
  })
    .png()
    .toBuffer();
  const picture = sharp(scene).composite([{ input: grain, blend: "overlay" }]);
  return format === "png"
    ? picture.png().toBuffer()
    : picture.jpeg({ quality: 98, chromaSubsampling: "4:4:4" }).toBuffer();
}

describe.skipIf(!existsSync(executablePath))(
  "the studio in Chromium (skipped only where there is no browser)",
  () => {
    let dataDir: string;
    let server: ServerProcess;
    let environment: Environment;
    let pages: PageSearch;
    let browser: Browser;
    const foreign: string[] = [];
    const failures: string[] = [];

    beforeAll(async () => {
      dataDir = await mkdtemp(join(tmpdir(), "genbff-studio-"));
      await seedPglite(join(dataDir, "database"));
      const [port, simulatorPort] = await freePorts(2);
      environment = {
        PORT: String(port),
        SIMULATOR_PORT: String(simulatorPort),
        DATA_DIR: dataDir,
        SIMULATOR_JOB_MS: "2500",
        SIMULATOR_LATENCY_MS: "800",
        // Short, for a kill to be found soon; long enough for a photograph of megabytes on a busy machine.
        OPENAI_PARTIAL_IMAGES: "0",
        LEASE_MS: "8000",
        SWEEP_MS: "300",
      };
      server = await startServer(environment);
      pages = await searchPages();
      browser = await chromium.launch({
        executablePath,
        proxy: pages.proxy,
        args: [
          "--no-sandbox",
          "--disable-gpu",
          "--enable-unsafe-swiftshader",
          "--disable-quic",
          "--no-first-run",
          "--disable-background-networking",
          "--disable-component-update",
          "--disable-sync",
        ],
      });
    }, 120_000);
    afterAll(async () => {
      await browser.close();
      await pages.close();
      await server.stop();
      await rm(dataDir, { recursive: true, force: true });
    });

    async function signIn(name: string): Promise<Page> {
      const page = await browser.newPage({ viewport: { width: 1440, height: 900 }, reducedMotion: "reduce" });
      page.on("request", (request) => {
        if (!/^(data|blob):/.test(request.url()) && new URL(request.url()).origin !== server.url)
          foreign.push(request.url());
      });
      page.on("pageerror", (error) => failures.push(error.message));
      await page.goto(server.url);
      await page.getByRole("textbox").fill(name);
      await page.keyboard.press("Enter");
      await page.getByRole("button", { name: /100 credits/ }).waitFor();
      return page;
    }

    const make = (page: Page, price: string) => page.getByRole("button", { name: `Make · ${price}` });

    async function bring(page: Page, photo: Buffer): Promise<void> {
      const file = { name: "photo", mimeType: "", buffer: photo };
      await page.locator("input[type=file]").setInputFiles(file);
      await page.getByRole("button", { name: /^Remove / }).waitFor();
    }

    it("takes a photograph to a picture and on to a 3D model, and shows what each has cost", async () => {
      const page = await signIn("ada");
      const photo = await photograph("png");
      expect(photo.length).toBeGreaterThan(3_000_000);
      await page
        .locator("input[type=file]")
        .setInputFiles(ownPhoto ?? { name: "coffee.png", mimeType: "image/png", buffer: photo });
      await page.getByRole("button", { name: /^Remove / }).waitFor();
      await page.getByLabel("What it should become").fill("The same still life in broad strokes");
      await page.getByText("Gouache", { exact: true }).click();
      await make(page, "1 credit").click();

      await page.getByText("Ready · 1 credit").waitFor({ timeout: 60_000 });
      await page.getByRole("button", { name: /^Make it a 3D model/ }).click();
      await make(page, "8 credits").click();
      await page.getByText("Ready · 8 credits").waitFor({ timeout: 40_000 });
      await page.getByRole("button", { name: /91 credits free, none set aside/ }).waitFor();

      const canvas = page.locator("canvas").last();
      await canvas.waitFor();
      await expect
        .poll(() => inkOf(canvas.screenshot()), { timeout: 20_000, interval: 500 })
        .toBeGreaterThan(0.05);
      if (screenshot) {
        await page.waitForTimeout(1500);
        await page.screenshot({ path: screenshot });
      }

      await page.reload();
      await page.getByText("Ready · 8 credits").waitFor();
      expect(foreign).toEqual([]);
      expect(failures).toEqual([]);
      await page.close();
    }, 120_000);

    it("finds everything still running after a reload, and after the server was killed", async () => {
      const page = await signIn("grace");
      await page
        .locator("input[type=file]")
        .setInputFiles({ name: "coffee.jpg", mimeType: "image/jpeg", buffer: await photograph("jpeg") });
      await page.getByRole("button", { name: /^Remove / }).waitFor();
      await page.getByText("3D model", { exact: true }).first().click();
      await make(page, "8 credits").click();
      await page.getByRole("progressbar").first().waitFor();
      await page.reload();
      await page.getByRole("progressbar").first().waitFor();

      await server.kill();
      await page
        .getByText(/reconnect|Try now/i)
        .first()
        .waitFor({ timeout: 20_000 });
      server = await startServer(environment);
      await page.getByText("Ready · 8 credits").waitFor({ timeout: 60_000 });
      await page.getByRole("button", { name: /92 credits free, none set aside/ }).waitFor();
      const books = (await (await fetch(`${server.simulatorUrl}/_/purchases`)).json()) as {
        by_client_reference: Record<string, number>;
      };
      expect(Object.values(books.by_client_reference).every((count) => count === 1)).toBe(true);
      expect(failures).toEqual([]);
      await page.close();
    }, 150_000);

    it("shows the API to read and to try, and asks no other host for anything", async () => {
      const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
      // Megabytes of script on a machine that may be busy with all the other tests.
      page.setDefaultTimeout(90_000);
      const asked: string[] = [];
      const refused: string[] = [];
      // What the page's policy stops never becomes a request: the browser says so on its console.
      page.on("console", (message) => message.type() === "error" && refused.push(message.text()));
      page.on("pageerror", (error) => refused.push(error.message));
      page.on("request", (request) => asked.push(request.url()));
      page.on("websocket", (socket) => asked.push(socket.url()));
      await page.goto(`${server.url}/docs`);
      await page.getByRole("heading", { name: "A picture from words" }).waitFor();
      await page.getByRole("link", { name: /The process lives/ }).click();
      await page.getByRole("button", { name: /Test Request.*\/health/ }).click();
      const answer = page.waitForResponse(`${server.url}/api/health`);
      await page.getByRole("button", { name: /^Send get request/ }).click();
      expect((await answer).status()).toBe(200);
      await page
        .getByText(/^200\b/)
        .first()
        .waitFor();

      const paths = asked.filter((url) => !/^(data|blob):/.test(url));
      expect(paths.filter((url) => new URL(url).origin !== server.url)).toEqual([]);
      expect(paths).toEqual(
        expect.arrayContaining([`${server.url}/docs/scalar.js`, `${server.url}/api/openapi.json`]),
      );
      expect(refused).toEqual([]);
      await page.close();
    }, 120_000);

    it("erases what somebody painted over, and nothing else", async () => {
      const page = await signIn("mary");
      await bring(page, await drawing());
      await page.getByText("Retouch", { exact: true }).click();
      await page.getByText("Erase", { exact: true }).click();
      await page.getByRole("button", { name: "Paint over it" }).click();
      await page.getByRole("button", { name: "Use this" }).click();
      await page.getByText("Nothing is painted yet.").waitFor();
      await page.getByLabel("Brush", { exact: true }).fill("20");
      const easel = page.getByRole("application");
      const { x, y, width, height } = (await easel.boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 };
      await page.mouse.move(x + width * 0.22, y + height * 0.5);
      await page.mouse.down();
      await page.mouse.move(x + width * 0.28, y + height * 0.5, { steps: 3 });
      await page.mouse.up();
      await inspect(page, "painter", [360]);
      await page.getByRole("button", { name: "Use this" }).click();
      await page.setViewportSize({ width: 1440, height: 900 });
      await page.getByText("The place is marked", { exact: true }).waitFor();
      await make(page, "1 credit").click();

      const card = page.getByRole("article", { name: "One picture" });
      await card.getByText("Ready · 1 credit").waitFor({ timeout: 60_000 });
      const address = new URL((await card.locator("img").getAttribute("src")) ?? "", server.url);
      const made = await (await fetch(address)).bytes();
      const at = (left: number, top: number) => colourAt(made, left, top);
      expect(far(await at(160, 240), ground)).toBeLessThan(40);
      expect(far(await at(480, 120), ground)).toBeLessThan(10);
      // The mask is a tool: the photo alone lies on the table.
      expect(await page.getByRole("article", { name: "Your photo" }).count()).toBe(1);
      await page.close();
    }, 150_000);

    it("makes a model of several sides, in their order, and shows a developer what passed", async () => {
      const page = await signIn("emmy");
      await bring(page, await drawing());
      await page.getByText("3D model", { exact: true }).first().click();
      for (const side of ["left", "back"]) {
        await page.getByRole("button", { name: `Add the ${side} side` }).click();
        const file = { name: `${side}.png`, mimeType: "image/png", buffer: await drawing() };
        await page.getByLabel(`Choose a file for the ${side} side`).setInputFiles(file);
        await page.getByRole("button", { name: `Remove the ${side} side` }).waitFor();
      }
      await page.getByRole("button", { name: "Simulator panel for developers" }).click();
      await page.getByText("Line drops").click();
      await expect.poll(() => page.getByRole("radio", { name: /Line drops/ }).isChecked()).toBe(true);
      await inspect(page, "sides and simulator", [1440]);
      await make(page, "8 credits").click();

      // The line drops after the vendor has sold it: it is found again, and the fault is over.
      await page.getByText("/tripo/v3/generation/multiview-to-model").waitFor();
      await page.getByText("Ready · 8 credits").waitFor({ timeout: 60_000 });
      await expect.poll(() => page.getByRole("radio", { name: /Nothing unusual/ }).isChecked()).toBe(true);
      await page.getByRole("definition").filter({ hasText: /^0$/ }).waitFor();
      expect(failures).toEqual([]);
      await page.close();
    }, 150_000);

    it("says in plain words that a damaged picture cannot be used, and takes nothing for it", async () => {
      const page = await signIn("lin");
      const photo = await photograph("jpeg");
      await page.locator("input[type=file]").setInputFiles({
        name: "cut.jpg",
        mimeType: "image/jpeg",
        buffer: photo.subarray(0, photo.length / 2),
      });
      await page
        .getByText(/cannot be used|damaged|could not be/i)
        .first()
        .waitFor();
      await page.getByRole("button", { name: /100 credits free, none set aside/ }).waitFor();
      await page.close();
    }, 60_000);
  },
);

/** A white dot on a ground of one colour. */
function drawing(): Promise<Buffer> {
  const dot = Buffer.from('<svg width="60" height="60"><circle cx="30" cy="30" r="30" fill="#fff"/></svg>');
  return sharp({ create: { width: 640, height: 480, channels: 3, background: ground } })
    .composite([{ input: dot, left: 130, top: 210 }])
    .png()
    .toBuffer();
}

const ground = { r: 32, g: 64, b: 96 };

async function colourAt(picture: Uint8Array, left: number, top: number) {
  const spot = sharp(picture).removeAlpha().extract({ left, top, width: 1, height: 1 });
  const [r = 0, g = 0, b = 0] = await spot.raw().toBuffer();
  return { r, g, b };
}

function far(one: typeof ground, other: typeof ground): number {
  return Math.abs(one.r - other.r) + Math.abs(one.g - other.g) + Math.abs(one.b - other.b);
}

/** How much of a picture differs from its corner: 0 for an empty canvas. */
async function inkOf(taken: Promise<Buffer>): Promise<number> {
  const { data, info } = await sharp(await taken)
    .removeAlpha()
    .resize(64, 64, { fit: "fill" })
    .raw()
    .toBuffer({ resolveWithObject: true });
  const corner = [data[0] ?? 0, data[1] ?? 0, data[2] ?? 0];
  let different = 0;
  for (let at = 0; at < data.length; at += 3)
    if (corner.some((value, channel) => Math.abs(value - (data[at + channel] ?? 0)) > 24)) different += 1;
  return different / (info.width * info.height);
}
