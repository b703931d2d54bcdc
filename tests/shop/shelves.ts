import type { JsonObject, Provider } from "@genbff/core";
import { fal, replicate, tripo } from "@genbff/providers";
import type { Purchase } from "@genbff/simulator";
import * as z from "zod";
import type { OperationCase } from "../vendors/operation-cases.ts";
import { type JoinedVendor, joinedVendors } from "../vendors/vendors.ts";

/** One provider, sold under a public name that says nothing of its vendor. */
export interface Shelf {
  readonly name: string;
  /** The simulator's prefix. */
  readonly vendor: string;
  /** What the attempts' costs and the vendor's books are both counted in. */
  readonly unit: string;
  readonly provider: Provider<object>;
  /** A lost answer of its can be found again: nothing that was paid may be lost. */
  readonly findsLost: boolean;
  /** Its requests carry the attempt's own reference; otherwise only the prompt tells whose they are. */
  readonly referenced: boolean;
  readonly operations: readonly OperationCase[];
}

/** How patient it is. */
export interface Patience {
  /** For an answer of a vendor. */
  readonly timeoutMs: number;
  /** Until what cannot be found is believed not to be there. Longer than a request may wait at the vendor's door. */
  readonly settleMs: number;
}

const names: Readonly<Record<string, string>> = {
  openai: "amber",
  stability: "birch",
  recraft: "cedar",
  gemini: "dune",
  seedream: "ember",
  tripo: "fjord",
  fal: "grove",
  "fal with files": "haze",
  replicate: "iris",
  "replicate with files": "jade",
  "ai-sdk": "kelp",
};
const findsLost = ["tripo", "replicate", "replicate with files"];
const pollMs = 50;
const none = z.strictObject({});
const usd = (amount: number) => () => ({ unit: "usd", amount });

/** The keys that no answer and no log line may hold. */
export const apiKeys = ["key-of-a-test", "tsk_key", "key-of-the-shop"];
const apiKey = "key-of-the-shop";

/** Every provider before the vendors at `url`. */
export function openShelves(url: string, patience: Patience): Shelf[] {
  return joinedVendors.map((joined) => ({
    name: names[joined.name] ?? joined.name,
    vendor: joined.simulated,
    unit: joined.unit,
    provider: create(joined, url, patience),
    findsLost: findsLost.includes(joined.name),
    referenced: joined.referenced,
    operations: joined.operations.filter(isSold),
  }));
}

/** A model that was brought along is imported before the purchase, which is not what is counted here. */
function isSold({ operation, files = [] }: OperationCase): boolean {
  return !(operation === "convert-model" && files.length > 0);
}

/** As the other tests join them, but for what has a pace or a price of its own here. */
function create(
  { name, create }: JoinedVendor,
  url: string,
  { timeoutMs, settleMs }: Patience,
): Provider<object> {
  const pace = { timeoutMs, pollMs, lookupSettleMs: settleMs };
  const atReplicate = { apiKey, baseUrl: `${url}/replicate/v1`, ...pace };
  const atFal = { apiKey, baseUrl: `${url}/fal/queue`, restUrl: `${url}/fal/rest`, timeoutMs, pollMs };
  switch (name) {
    case "tripo":
      return tripo({ apiKey: "tsk_key", baseUrl: `${url}/tripo/v3`, ...pace });
    case "fal":
      return fal("fal-ai/flux/dev", {
        ...atFal,
        offers: {
          "text-to-image": {
            parameters: none,
            input: ({ prompt }) => ({ prompt, seed: 7, image_size: "square" }),
            cost: usd(0.025),
          },
        },
      });
    case "replicate":
      return replicate("black-forest-labs/flux-schnell", {
        ...atReplicate,
        offers: {
          "text-to-image": {
            parameters: none,
            input: ({ prompt }) => ({ prompt, seed: 7, megapixels: "0.25" }),
            cost: usd(0.003),
          },
        },
      });
    case "replicate with files":
      return replicate("black-forest-labs/flux-kontext-pro", {
        ...atReplicate,
        offers: {
          "image-to-image": {
            parameters: none,
            input: ({ prompt, files }) => ({ prompt, input_image: files[0]?.url }),
            cost: usd(0.04),
          },
        },
      });
    default:
      return create(url, timeoutMs);
  }
}

/** What a purchase stands for in the shelf's unit. */
export function amountOf({ unit }: Shelf, { tokens, credits, usd }: Purchase): number {
  if (unit === "tokens") return tokens ?? 0;
  return unit === "usd" ? usd : (credits ?? 0);
}

/** The input for `n` outputs, where so many can be asked for at once. */
export function inputFor(shelf: Shelf, { operation, input }: OperationCase, n: number): JsonObject {
  const offered = shelf.provider.offers[operation];
  const takes = (name: string) => offered !== undefined && name in offered.parameters.shape;
  // The same seed gives the same picture, which the simulator then paints once.
  const seeded = operation === "text-to-image" && takes("seed") ? { seed: 7, ...input } : input;
  if (!takes("n") || n === 1) return seeded;
  const prompt = shelf.vendor === "seedream" ? `${n} small brass lamps` : (input.prompt ?? "");
  return { ...seeded, prompt, n };
}
