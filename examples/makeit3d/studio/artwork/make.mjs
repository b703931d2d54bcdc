// Draws the sample pictures in ../public/samples. Run: node studio/artwork/make.mjs
import { mkdir, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright";
import sharp from "sharp";
import { createServer } from "vite";
import { asGouache } from "./gouache.mjs";

const here = fileURLToPath(new URL(".", import.meta.url));
const samples = fileURLToPath(new URL("../public/samples/", import.meta.url));
const server = await createServer({ root: here, configFile: false, logLevel: "error" });
await server.listen();
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM_PATH ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--enable-unsafe-swiftshader"],
});
const page = await browser.newPage();
page.on("pageerror", (error) => console.error(error.message));
await page.goto(server.resolvedUrls.local[0]);
await page.waitForFunction(() => "picture" in globalThis);
const count = Number(process.env.SAMPLES ?? 48);
const draw = async (name) => {
  const url = await page.evaluate(([still, samples]) => globalThis.picture(still, samples), [name, count]);
  return sharp(Buffer.from(url.split(",")[1], "base64"));
};
await mkdir(samples, { recursive: true });
const keep = async (name, picture) => {
  const bytes = await picture.resize(640, 640).flatten().jpeg({ quality: 84, mozjpeg: true }).toBuffer();
  await writeFile(`${samples}${name}.jpg`, bytes);
};
const only = process.argv.slice(2);
for (const name of ["cat", "cup", "rocket", "house", "cup-teal"]) {
  if (only.length > 0 && !only.includes(name)) continue;
  const picture = await draw(name);
  if (name !== "cup-teal") await keep(name, picture.clone());
  if (name === "cat" || name.startsWith("cup"))
    await keep(name === "cup-teal" ? name : `${name}-painted`, await asGouache(picture));
  console.log(name);
}
if (only.length === 0 || only.includes("cup-alone")) {
  const alone = await draw("cup-alone");
  await writeFile(`${samples}cup-model.webp`, await alone.resize(560, 560).webp({ quality: 84 }).toBuffer());
}
await browser.close();
await server.close();
