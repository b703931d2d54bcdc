/** A server's definition, for types only: nothing here runs. */
import {
  type Auth,
  createBff,
  type Database,
  defineOperation,
  defineProvider,
  type ObjectStore,
  type ProviderPort,
} from "@genbff/core";
import * as z from "zod";

export declare const port: ProviderPort;
export declare const ports: { database: Database; storage: ObjectStore; auth: Auth; secret: string };

export const openai = defineProvider({
  ...port,
  offers: {
    "text-to-image": { parameters: z.object({ quality: z.enum(["low", "high"]).optional() }) },
  },
});

export const providerA = defineProvider({
  ...port,
  offers: {
    "text-to-image": {
      parameters: z.object({
        style: z.enum(["clay", "realistic_image"]).optional(),
        style_preset: z.enum(["anime", "pixel-art"]).optional(),
        seed: z.int().default(0),
      }),
    },
    "image-to-model": { parameters: z.object({ remesh: z.enum(["none", "quad"]).optional() }) },
  },
});

export const tripo = defineProvider({
  ...port,
  offers: {
    "text-to-model": { parameters: z.object({ texture: z.boolean().optional() }) },
    "image-to-model": { parameters: z.object({ texture: z.boolean().optional() }) },
  },
});

export const planner = defineProvider({
  ...port,
  offers: { "plan-logo": { parameters: z.object({ temperature: z.number().optional() }) } },
});

export const planLogo = defineOperation({
  name: "plan-logo",
  title: "A plan for a logo",
  input: z.object({ brief: z.string().min(1) }),
  output: z.object({ prompts: z.array(z.string()) }),
});

const bff = createBff({
  ...ports,
  providers: { openai, provider_a: providerA, tripo, planner },
  operations: [planLogo],
  fallback: { "image-to-model": ["tripo", "provider_a"] },
  prices: {
    "text-to-image": { openai: "text_to_image", provider_a: "text_to_image" },
    "text-to-model": { tripo: "text_to_model" },
    "image-to-model": { tripo: "image_to_model", provider_a: "image_to_model" },
    "plan-logo": { planner: "plan_logo" },
  },
});

export type App = typeof bff;
