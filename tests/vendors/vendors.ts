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
  type TripoSettings,
  tripo,
} from "@genbff/providers";
import * as z from "zod";
import { openaiModel } from "../../packages/providers/src/ai-sdk/__fixtures__/openai-model.ts";
import type { ModelRun } from "../../packages/providers/src/any-model/offer.ts";
import type { OperationCase } from "./operation-cases.ts";
import { operationCases } from "./operation-cases.ts";

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

const apiKey = "key-of-a-test";
const pollMs = 20;
const paint = z.strictObject({ n: z.int().optional() });
/** The vendor answers in seconds and bills in money: the team knows its model's price. */
const usd = (amount: number) => (_: ModelRun) => ({ unit: "usd", amount });

/** Every provider. A new vendor is one entry here and its operations in `operation-cases.ts`. */
export const joinedVendors: readonly JoinedVendor[] = [
  {
    name: "openai",
    simulated: "openai",
    create: (url, timeoutMs) =>
      openai({ apiKey, baseUrl: `${url}/openai/v1`, timeoutMs, idleTimeoutMs: timeoutMs }),
    unit: "usd",
    referenced: true,
    operations: operationCases.openai,
  },
  {
    name: "stability",
    simulated: "stability",
    create: (url, timeoutMs) =>
      stability({ apiKey, baseUrl: `${url}/stability`, timeoutMs, idleTimeoutMs: timeoutMs, pollMs }),
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
      gemini({
        apiKey,
        baseUrl: `${url}/gemini/v1beta`,
        timeoutMs,
        planTimeoutMs: timeoutMs,
        idleTimeoutMs: timeoutMs,
      }),
    unit: "tokens",
    referenced: false,
    operations: operationCases.gemini,
  },
  {
    name: "seedream",
    simulated: "seedream",
    create: (url, timeoutMs) =>
      seedream({
        apiKey,
        baseUrl: `${url}/seedream/api/v3`,
        model: "seedream-4-0-250828",
        timeoutMs,
        idleTimeoutMs: timeoutMs,
      }),
    unit: "images",
    referenced: false,
    operations: operationCases.seedream,
  },
  {
    name: "tripo",
    simulated: "tripo",
    create: (url, timeoutMs) =>
      tripo({ apiKey: "tsk_key", baseUrl: `${url}/tripo/v3`, timeoutMs, pollMs } satisfies TripoSettings),
    unit: "credits",
    referenced: true,
    operations: operationCases.tripo,
  },
  {
    name: "fal",
    simulated: "fal",
    create: (url, timeoutMs) =>
      fal("fal-ai/flux/dev", {
        apiKey,
        baseUrl: `${url}/fal/queue`,
        restUrl: `${url}/fal/rest`,
        timeoutMs,
        pollMs,
        offers: {
          "text-to-image": {
            parameters: paint,
            outputs: ({ n }) => Number(n ?? 1),
            input: ({ prompt, outputs }) => ({ prompt, num_images: outputs, image_size: "square" }),
            cost: usd(0.025),
          },
        },
      }),
    unit: "usd",
    referenced: true,
    operations: operationCases.fal,
  },
  {
    name: "fal with files",
    simulated: "fal",
    create: (url, timeoutMs) =>
      fal("tripo3d/h3.1/image-to-3d", {
        apiKey,
        baseUrl: `${url}/fal/queue`,
        restUrl: `${url}/fal/rest`,
        timeoutMs,
        pollMs,
        offers: {
          "image-to-model": {
            parameters: z.strictObject({}),
            input: ({ files }) => ({ image_url: files[0]?.url, face_limit: 100 }),
            cost: usd(0.3),
          },
        },
      }),
    unit: "usd",
    referenced: true,
    operations: operationCases["fal with files"],
  },
  {
    name: "replicate",
    simulated: "replicate",
    create: (url, timeoutMs) =>
      replicate("black-forest-labs/flux-schnell", {
        apiKey,
        baseUrl: `${url}/replicate/v1`,
        timeoutMs,
        pollMs,
        offers: {
          "text-to-image": {
            parameters: paint,
            outputs: ({ n }) => Number(n ?? 1),
            input: ({ prompt, outputs }) => ({ prompt, num_outputs: outputs, megapixels: "0.25" }),
            cost: usd(0.003),
          },
        },
      }),
    unit: "usd",
    referenced: true,
    operations: operationCases.replicate,
  },
  {
    name: "replicate with files",
    simulated: "replicate",
    create: (url, timeoutMs) =>
      replicate("black-forest-labs/flux-kontext-pro", {
        apiKey,
        baseUrl: `${url}/replicate/v1`,
        timeoutMs,
        pollMs,
        offers: {
          "image-to-image": {
            parameters: z.strictObject({}),
            input: ({ prompt, files }) => ({ prompt, input_image: files[0]?.url }),
            cost: usd(0.04),
          },
        },
      }),
    unit: "usd",
    referenced: true,
    operations: operationCases["replicate with files"],
  },
  {
    name: "ai-sdk",
    simulated: "openai",
    create: (url, timeoutMs) =>
      aiSdk(openaiModel({ baseUrl: `${url}/openai/v1`, apiKey }), {
        timeoutMs,
        offers: {
          "text-to-image": { parameters: paint, outputs: ({ n }) => Number(n ?? 1) },
          "image-to-image": { parameters: paint, outputs: ({ n }) => Number(n ?? 1) },
        },
      }),
    unit: "tokens",
    referenced: false,
    operations: operationCases["ai-sdk"],
  },
];
