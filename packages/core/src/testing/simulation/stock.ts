import * as z from "zod";
import { defineOperation } from "../../operations/define-operation.ts";

/** What the simulated shop sells: pictures, models of pictures, and plans whose outcome starts further generations. */
export const operations = [
  defineOperation({
    name: "text-to-image",
    title: "Pictures, and perhaps a model of the first",
    input: z.object({
      prompt: z.string(),
      n: z.int().min(1).max(4).default(1),
      chain: z.boolean().optional(),
    }),
    output: "image",
    followUps: ({ input, assets }) =>
      input.chain === true
        ? assets.slice(0, 1).map(({ asset_id }) => ({
            operation: "image-to-model",
            input: { input_image_asset_urls: [asset_id] },
          }))
        : [],
  }),
  defineOperation({
    name: "plan",
    title: "A plan for pictures",
    input: z.object({ prompt: z.string() }),
    output: z.object({ pictures: z.array(z.string()) }),
    followUps: ({ output }) =>
      (output as { pictures: string[] }).pictures.map((prompt, index) => ({
        operation: "text-to-image",
        input: { prompt, chain: index === 1 },
      })),
  }),
] as const;

/** Operation → who may be asked, in order. */
export const fallback = {
  "text-to-image": ["atelier", "foundry", "kiln"],
  "image-to-model": ["foundry", "kiln"],
};

/** Key in `operation_costs` → credits, per call or per delivered output. */
export const costs = {
  picture: { credits: 3, per: "output" },
  model: { credits: 20, per: "call" },
  plan: { credits: 2, per: "call" },
} as const;

/** Every provider asks the same. */
export const prices = {
  "text-to-image": { atelier: "picture", foundry: "picture", kiln: "picture" },
  "image-to-model": { foundry: "model", kiln: "model" },
  plan: { atelier: "plan" },
};

export const signUpCredits = 60;
