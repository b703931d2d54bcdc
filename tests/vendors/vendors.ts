import type { Provider } from "@genbff/core";
import {
  aiSdk,
  fal,
  gemini,
  openai,
  recraft,
  replicate,
  seedream,
  stability,
  tripo,
} from "@genbff/providers";
import * as z from "zod";
import { openaiModel } from "../../packages/providers/src/ai-sdk/__fixtures__/openai-model.ts";
import type { ModelRun } from "../../packages/providers/src/any-model/offer.ts";
import { type OperationCase, operationCases } from "./operation-cases.ts";

/** One provider before the simulated vendor that was written without it, from the same documents. */
export interface JoinedVendor {
  readonly name: string;
  /** The simulator's prefix, which is another name where a bridge stands before a vendor. */
  readonly simulated: string;
  /** Polls fast and waits `timeoutMs` for an answer. */
  create(url: string, timeoutMs: number): Provider<object>;
  /** The unit of the answer's cost. It is the invoice's, but for vendors that answer in tokens and bill in money. */
  readonly unit: string;
  /** Whether our reference is on the request. Without it purchases are told apart by their number alone. */
  readonly referenced: boolean;
  readonly operations: readonly OperationCase[];
}

const apiKey = "tsk_of-a-test";
const pollMs = 20;
/** What tripo's console shows; the others' secrets are asked for. */
export const webhookSecret = "whsec_of-a-test";
/** How long an answer may take, and how long it may pause. */
const patience = (timeoutMs: number) => ({ apiKey, timeoutMs, idleTimeoutMs: timeoutMs });
const paint = z.strictObject({ n: z.int().optional() });
const pictures = { parameters: paint, outputs: ({ n }: { readonly n?: unknown }) => Number(n ?? 1) };
/** The vendor answers in seconds and bills in money: the team knows its model's price. */
const usd = (amount: number) => ({ cost: (_: ModelRun) => ({ unit: "usd", amount }) });

type Offers = Parameters<typeof fal>[1]["offers"];

/** One model of fal's, under the name that its operations have here. */
function falModel(name: "fal" | "fal with files", endpoint: string, offers: Offers): JoinedVendor {
  return {
    name,
    simulated: "fal",
    create: (url, timeoutMs) =>
      fal(endpoint, {
        apiKey,
        baseUrl: `${url}/fal/queue`,
        restUrl: `${url}/fal/rest`,
        timeoutMs,
        pollMs,
        offers,
      }),
    unit: "usd",
    referenced: true,
    operations: operationCases[name],
  };
}

/** One model of Replicate's. */
function replicateModel(
  name: "replicate" | "replicate with files",
  model: `${string}/${string}`,
  offers: Offers,
): JoinedVendor {
  return {
    name,
    simulated: "replicate",
    create: (url, timeoutMs) =>
      replicate(model, { apiKey, baseUrl: `${url}/replicate/v1`, timeoutMs, pollMs, offers }),
    unit: "usd",
    referenced: true,
    operations: operationCases[name],
  };
}

/** Every provider. A new vendor is one entry here and its operations in `operation-cases.ts`. */
export const joinedVendors: readonly JoinedVendor[] = [
  {
    name: "openai",
    simulated: "openai",
    create: (url, timeoutMs) => openai({ ...patience(timeoutMs), baseUrl: `${url}/openai/v1` }),
    unit: "usd",
    referenced: true,
    operations: operationCases.openai,
  },
  {
    name: "stability",
    simulated: "stability",
    create: (url, timeoutMs) => stability({ ...patience(timeoutMs), baseUrl: `${url}/stability`, pollMs }),
    unit: "credits",
    referenced: true,
    operations: operationCases.stability,
  },
  {
    name: "recraft",
    simulated: "recraft",
    create: (url, timeoutMs) => recraft({ apiKey, baseUrl: `${url}/recraft/v1`, timeoutMs }),
    unit: "units",
    referenced: true,
    operations: operationCases.recraft,
  },
  {
    name: "gemini",
    simulated: "gemini",
    create: (url, timeoutMs) =>
      gemini({ ...patience(timeoutMs), baseUrl: `${url}/gemini/v1beta`, planTimeoutMs: timeoutMs }),
    unit: "tokens",
    referenced: false,
    operations: operationCases.gemini,
  },
  {
    name: "seedream",
    simulated: "seedream",
    create: (url, timeoutMs) =>
      seedream({ ...patience(timeoutMs), baseUrl: `${url}/seedream/api/v3`, model: "seedream-4-0-250828" }),
    unit: "images",
    referenced: false,
    operations: operationCases.seedream,
  },
  {
    name: "tripo",
    simulated: "tripo",
    create: (url, timeoutMs) =>
      tripo({ apiKey, baseUrl: `${url}/tripo/v3`, timeoutMs, pollMs, webhookSecret }),
    unit: "credits",
    referenced: true,
    operations: operationCases.tripo,
  },
  falModel("fal", "fal-ai/flux/dev", {
    "text-to-image": {
      ...pictures,
      input: ({ prompt, outputs }) => ({ prompt, num_images: outputs, image_size: "square" }),
      ...usd(0.025),
    },
  }),
  falModel("fal with files", "tripo3d/h3.1/image-to-3d", {
    "image-to-model": {
      parameters: z.strictObject({}),
      input: ({ files }) => ({ image_url: files[0]?.url, face_limit: 100 }),
      ...usd(0.3),
    },
  }),
  replicateModel("replicate", "black-forest-labs/flux-schnell", {
    "text-to-image": {
      ...pictures,
      input: ({ prompt, outputs }) => ({ prompt, num_outputs: outputs, megapixels: "0.25" }),
      ...usd(0.003),
    },
  }),
  replicateModel("replicate with files", "black-forest-labs/flux-kontext-pro", {
    "image-to-image": {
      parameters: z.strictObject({}),
      input: ({ prompt, files }) => ({ prompt, input_image: files[0]?.url }),
      ...usd(0.04),
    },
  }),
  {
    name: "ai-sdk",
    simulated: "openai",
    create: (url, timeoutMs) =>
      aiSdk(openaiModel({ baseUrl: `${url}/openai/v1`, apiKey }), {
        timeoutMs,
        offers: { "text-to-image": pictures, "image-to-image": pictures },
      }),
    unit: "tokens",
    referenced: false,
    operations: operationCases["ai-sdk"],
  },
];

/** The provider of that name. */
export function joinedVendor(name: string): JoinedVendor {
  const vendor = joinedVendors.find((one) => one.name === name);
  if (vendor === undefined) throw new Error(`There is no ${name}.`);
  return vendor;
}
