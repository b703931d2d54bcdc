import { createOpenAI } from "@ai-sdk/openai";
import { createFalClient } from "@fal-ai/client";
import { generateImage } from "ai";
import OpenAI from "openai";
import Replicate from "replicate";

/** One picture for these words, bought as the package's own page shows it, with its defaults. */
export type Buy = (prompt: string) => Promise<Uint8Array>;

/** A way to buy pictures, and who sells them. */
export interface Buyer {
  readonly name: string;
  /** The simulator's prefix. */
  readonly vendor: string;
  readonly buy: Buy;
  /** The order behind each reference of its own, where it sends one that the vendor books in place of the prompt's. */
  readonly ordersByReference?: () => Promise<ReadonlyMap<string, string>>;
}

const apiKey = "key-of-the-shop";
const pollMs = 50;
const downloadsMax = 5;

/**
 * The clients from npm, before the vendors at `url`. Each is set up as a careful developer does: the package's own
 * retries as they are, looks at a job as often as ours, and a download that breaks off is begun again.
 */
export function npmBuyers(url: string): Buyer[] {
  const openai = new OpenAI({ apiKey, baseURL: `${url}/openai/v1` });
  const sdk = createOpenAI({ apiKey, baseURL: `${url}/openai/v1` });
  const replicate = new Replicate({ auth: apiKey, baseUrl: `${url}/replicate/v1`, useFileOutput: false });
  // It knows the vendor's addresses by heart; only where they lead can be changed.
  const fal = createFalClient({
    credentials: apiKey,
    fetch: (input, init) => fetch(moved(String(input), url), init),
  });
  return [
    {
      name: "openai",
      vendor: "openai",
      async buy(prompt) {
        const { data } = await openai.images.generate({ model: "gpt-image-2", prompt, quality: "low" });
        return Buffer.from(data?.[0]?.b64_json ?? "", "base64");
      },
    },
    {
      name: "ai",
      vendor: "openai",
      async buy(prompt) {
        const providerOptions = { openai: { quality: "low" } };
        const { image } = await generateImage({ model: sdk.image("gpt-image-2"), prompt, providerOptions });
        return image.uint8Array;
      },
    },
    {
      name: "@fal-ai/client",
      vendor: "fal",
      async buy(prompt) {
        const input = { prompt, seed: 7, image_size: "square" as const };
        const { data } = await fal.subscribe("fal-ai/flux/dev", { input, pollInterval: pollMs });
        return download((data as { images: { url: string }[] }).images[0]?.url ?? "");
      },
    },
    {
      name: "replicate",
      vendor: "replicate",
      async buy(prompt) {
        const input = { prompt, seed: 7, megapixels: "0.25" };
        const output = await replicate.run("black-forest-labs/flux-schnell", { input });
        return download((output as string[])[0] ?? "");
      },
    },
  ];
}

function moved(address: string, url: string): string {
  return address
    .replace("https://queue.fal.run", `${url}/fal/queue`)
    .replace("https://rest.fal.ai", `${url}/fal/rest`);
}

async function download(link: string): Promise<Uint8Array> {
  for (let tries = 1; ; tries++) {
    try {
      const answer = await fetch(link);
      if (!answer.ok) throw new Error(`the link answers ${answer.status}`);
      return await answer.bytes();
    } catch (error) {
      if (tries === downloadsMax) throw error;
    }
  }
}
