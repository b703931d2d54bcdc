import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import sharp from "sharp";
import { expect, it } from "vitest";
import { resultSize } from "../src/pipeline/run.ts";
import { wall } from "./wall.ts";

const pathOf = (name: string) => fileURLToPath(new URL(name, import.meta.url));

it("renders a photo of 24 megapixels within 400 MB, at its own size", async () => {
  const folder = await mkdtemp(join(tmpdir(), "genbff-memory-"));
  const path = join(folder, "photo.jpg");
  try {
    // A few megabytes, as a camera makes them.
    const photo = sharp(await wall({ width: 1500, height: 1000 }))
      .resize(6000, 4000)
      .jpeg({ quality: 92 });
    await writeFile(path, await photo.toBuffer());
    expect(resultSize({ width: 6000, height: 4000 })).toEqual({ width: 6000, height: 4000 });
    const swatch = pathOf("../page/public/samples/terrazzo.jpg");
    const child = [pathOf("memory-process.ts"), path, swatch];
    const { stdout } = await promisify(execFile)(process.execPath, ["--conditions=@genbff/source", ...child]);
    const { tookMb, pngBytes } = JSON.parse(stdout) as { tookMb: number; pngBytes: number };
    console.info(`24 megapixels took ${Math.round(tookMb)} MB`);
    expect(pngBytes).toBeGreaterThan(1_000_000);
    expect(tookMb).toBeLessThan(400);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

it("makes no picture larger than that, whatever the photo", () => {
  const { width, height } = resultSize({ width: 12_000, height: 8000 });
  expect(width * height).toBeLessThanOrEqual(24_050_000);
  expect(resultSize({ width: 600, height: 400 })).toEqual({ width: 1200, height: 800 });
});
