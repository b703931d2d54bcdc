import { defineOperation } from "@genbff/core";
import * as z from "zod";

const line = (lengthMax: number) => z.string().trim().min(1).max(lengthMax);
/** What a plan comes to. Checked before anything follows from it: a model writes it. */
const prompts = z.object({ prompts: z.array(line(4000)).min(1).max(32) });
const promptsOf = (output: unknown) => prompts.parse(output).prompts;

/** What a customer tells about a brand. */
export const brief = z.strictObject({
  project_name: line(120),
  description: line(2000),
  industry: line(120).optional(),
  audience: line(300).optional(),
  style: line(300).optional(),
  colors: z.array(line(40)).max(6).optional(),
  /** How many logos. */
  count: z.int().min(1).max(32).default(8),
});

/** A brief, and prompts for logos out of it: each becomes a logo of its own, in the transaction that completes the plan. */
const planLogos = defineOperation({
  name: "plan-logos",
  title: "Logos from a brief",
  input: z.object({ ...brief.shape, inspiration_file: z.string().max(2048).optional() }),
  output: prompts,
  files: [{ field: "inspiration_file", kind: "image", max: 1 }],
  prompt: (input) =>
    [
      `Brief: a logo for ${input.project_name}, ${input.description}`,
      input.industry && `Industry: ${input.industry}`,
      input.audience && `For: ${input.audience}`,
      input.style && `Style: ${input.style}`,
      input.colors && `Colours: ${input.colors.join(", ")}`,
      input.inspiration_file && "The picture shows what the client likes: take its mood, not its content.",
    ]
      .filter(Boolean)
      .join("\n"),
  followUps: ({ output }) =>
    promptsOf(output).map((prompt) => ({ operation: "make-logo", input: { prompt } })),
});

const makeLogo = defineOperation({
  name: "make-logo",
  title: "A logo",
  input: z.object({ prompt: line(4000) }),
  output: "image",
});

/** A logo and a wish, and the prompt that the logo is worked over with. */
const planRefinement = defineOperation({
  name: "plan-refinement",
  title: "A refined logo",
  input: z.object({
    parent_asset_id: z.uuid(),
    action: z.enum(["variation", "edit"]),
    instruction: line(1000).optional(),
    original_prompt: line(4000),
    input_image_asset_url: z.string().min(1).max(2048),
    count: z.literal(1).default(1),
  }),
  output: prompts,
  files: [{ field: "input_image_asset_url", kind: "image", max: 1 }],
  check: ({ action, instruction }) =>
    action === "edit" && instruction === undefined
      ? { field: "instruction", message: "An edit says what is to be changed." }
      : undefined,
  prompt: ({ action, instruction, original_prompt }) =>
    [
      `Brief: ${original_prompt}`,
      "The picture is the logo that was made of it. Write a prompt for an image editor that is given this picture.",
      action === "edit"
        ? "Change only what is asked for, and keep the rest."
        : "It is to give a variation: the same idea, another composition.",
      instruction && `The client says: ${instruction}`,
    ]
      .filter(Boolean)
      .join("\n"),
  followUps: ({ input, output }) => {
    const { input_image_asset_url = "" } = input;
    return promptsOf(output)
      .slice(0, 1)
      .map((prompt) => ({ operation: "refine-logo", input: { prompt, input_image_asset_url } }));
  },
});

const refineLogo = defineOperation({
  name: "refine-logo",
  title: "A logo, worked over",
  input: z.object({ prompt: line(4000), input_image_asset_url: z.string().min(1).max(2048) }),
  output: "image",
  files: [{ field: "input_image_asset_url", kind: "image", max: 1 }],
});

export const operations = [planLogos, makeLogo, planRefinement, refineLogo] as const;

/** What the planning model is told, before it reads a brief. */
export const instruction = [
  "You design logos. Read the brief and write prompts for an image model, one for each logo.",
  "Each describes one mark in plain words: motif, shapes, colours, lettering if there is any.",
  "Flat and bold, readable when it is small, centred on a plain ground; no mock-up, no photograph.",
  "The prompts differ clearly in their idea, and all of them serve the brief. Write no numbering and no comments.",
].join(" ");
