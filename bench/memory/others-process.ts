// What people do without us, each in a process of its own: `generateImage` of the AI SDK, and a download by hand.
import { createHash } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createOpenAI } from "@ai-sdk/openai";
import { generateImage } from "ai";
import { obeyParent } from "./measured.ts";

/** What it is asked to do. */
export type OtherWork =
  | { readonly way: "ai-sdk"; readonly baseUrl: string; readonly prompt: string; readonly n: number }
  | { readonly way: "arrayBuffer"; readonly url: string };

const folder = process.argv[2] ?? "";

/** Writes the files and resolves to their SHA-256. */
async function make(work: OtherWork): Promise<string[]> {
  if (work.way === "arrayBuffer") {
    const bytes = new Uint8Array(await (await fetch(work.url)).arrayBuffer());
    await writeFile(join(folder, "model.glb"), bytes);
    return [digestOf(bytes)];
  }
  const { baseUrl: baseURL, prompt, n } = work;
  const model = createOpenAI({ apiKey: "key-of-a-benchmark", baseURL }).image("gpt-image-2.5-flare");
  const { images } = await generateImage({ model, prompt, n, maxImagesPerCall: n, maxRetries: 0 });
  for (const [index, image] of images.entries())
    await writeFile(join(folder, `${index}.png`), image.uint8Array);
  return images.map((image) => digestOf(image.uint8Array));
}

function digestOf(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

obeyParent({}, make);
