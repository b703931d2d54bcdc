import { createHash } from "node:crypto";
import { withoutDirectives } from "../../faults/parse.ts";
import type { Fault } from "../../faults/rule.ts";
import { blurred } from "../../media/blurred.ts";
import { paintRequest } from "../../media/paint-request.ts";
import { encode, type Picture, scaleTo } from "../../media/picture.ts";
import type { Candidate, Outcome, Part } from "./answer.ts";
import { blockedCandidate, refusalInWords } from "./blocked.ts";
import type { GenerationConfig } from "./config.ts";
import { picturesOf, type Turn } from "./contents.ts";
import type { ImageModel } from "./models.ts";
import { nearestRatio, pixelsOf } from "./size.ts";
import { type Tokens, thoughtTokens, tokensOf } from "./usage.ts";

/** An order for a picture. */
export interface PictureOrder {
  readonly model: ImageModel;
  readonly config: GenerationConfig;
  readonly turns: readonly [Turn, ...Turn[]];
  readonly prompt: Tokens["prompt"];
  readonly seed: number;
}

/**
 * Paints one picture, or what comes in its place.
 *
 * The fault `no_outputs` leaves it out: `variant` is the finish reason (`NO_IMAGE`), `words` for a refusal in words
 * alone, or `candidates` for an answer without any.
 */
export async function paintPicture(order: PictureOrder, fault: Fault | undefined): Promise<Outcome> {
  const { model, config, prompt } = order;
  const thoughts = thoughtTokens(config.thinking);
  if (fault?.kind === "no_outputs") {
    const tokens = { prompt, thoughts, answer: { text: 0, image: 0 } };
    return { candidates: withoutPicture(fault), tokens };
  }
  const picture = await paint(order);
  if (fault?.kind === "moderated" && fault.stage === "stream") {
    const parts = await thinkAloud(picture, model);
    const tokens = { prompt, thoughts, answer: { text: 0, image: 0 } };
    return { candidates: [{ ...blockedCandidate(fault, model), parts }], tokens };
  }
  const file = (await encode(picture, model.format)).toString("base64");
  const mimeType = `image/${model.format}`;
  const shown: Part = { inlineData: { mimeType, data: file }, thoughtSignature: signatureOf(file) };
  const words = config.words ? "Here is your picture." : undefined;
  const parts: Part[] = [
    ...(config.thoughts || model.drafts ? await thinkAloud(picture, model) : []),
    ...(words === undefined ? [] : [{ text: words }]),
    shown,
  ];
  const answer = { text: tokensOf(words ?? ""), image: model.tokens[config.size] ?? 0 };
  return { candidates: [{ parts, finishReason: "STOP" }], tokens: { prompt, thoughts, answer } };
}

function withoutPicture({ variant = "NO_IMAGE" }: Fault): Candidate[] {
  if (variant === "candidates") return [];
  if (variant === "words") return [refusalInWords()];
  const finishMessage = "Unable to generate the requested image. Try rephrasing the prompt.";
  return [{ parts: undefined, finishReason: variant, finishMessage }];
}

async function paint({ model, config, turns, seed }: PictureOrder): Promise<Picture> {
  const pictures = picturesOf(turns);
  const ratio = config.ratio ?? (pictures[0] ? nearestRatio(model.ratios, pictures[0]) : "1:1");
  // What is painted is the last wish; of a scene that is made up, everything that the user has said.
  const said = turns.filter(({ role }) => role === "user").flatMap(({ texts }) => texts);
  const last = turns.at(-1)?.texts ?? [];
  const prompt = withoutDirectives((pictures.length > 0 && last.length > 0 ? last : said).join(" "));
  const chance = config.seed === undefined ? seed : seed * 65_537 + config.seed;
  const brief = { prompt, seed: chance, index: 0, transparent: false, ...pixelsOf(config.size, ratio) };
  return paintRequest(brief, pictures);
}

/** Thoughts: a sentence, and a first sketch of the picture. */
async function thinkAloud(picture: Picture, model: ImageModel): Promise<Part[]> {
  const { width, height } = picture;
  const scale = Math.min(1, 512 / Math.max(width, height));
  const small = await scaleTo(picture, Math.round(width * scale), Math.round(height * scale));
  const data = (await encode(await blurred(small, 0), model.format)).toString("base64");
  return [
    {
      text: "**Planning the composition** I look for a place for the motif and a light for it.",
      thought: true,
    },
    { inlineData: { mimeType: `image/${model.format}`, data }, thought: true },
  ];
}

function signatureOf(file: string): string {
  return Buffer.concat([Buffer.from([10, 206, 1]), createHash("sha512").update(file).digest()]).toString(
    "base64",
  );
}
