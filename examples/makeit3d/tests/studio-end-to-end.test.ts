import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Browser, chromium, type Page } from "playwright";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { freePorts, type ServerProcess, startServer } from "./server-process.ts";

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
    let environment: Record<string, string>;
    let browser: Browser;
    const foreign: string[] = [];
    const failures: string[] = [];

    beforeAll(async () => {
      dataDir = await mkdtemp(join(tmpdir(), "genbff-studio-"));
      const [port, simulatorPort] = await freePorts(2);
      environment = {
        PORT: String(port),
        SIMULATOR_PORT: String(simulatorPort),
        DATA_DIR: dataDir,
        SIMULATOR_JOB_MS: "2500",
        SIMULATOR_LATENCY_MS: "800",
        LEASE_MS: "2000",
        SWEEP_MS: "300",
      };
      server = await startServer(environment);
      browser = await chromium.launch({
        executablePath,
        args: [
          "--no-sandbox",
          "--use-gl=angle",
          "--use-angle=swiftshader",
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
      await server.stop();
      await rm(dataDir, { recursive: true, force: true });
    });

    async function signIn(name: string): Promise<Page> {
      const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
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

      await page.getByText("Ready · 1 credit").waitFor({ timeout: 30_000 });
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
