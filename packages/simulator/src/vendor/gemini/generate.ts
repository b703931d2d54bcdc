import { setTimeout as wait } from "node:timers/promises";
import { clientReferenceOf, digestOf } from "../../request.ts";
import type { Exchange, World } from "../vendor.ts";
import { createAnswers, type Outcome } from "./answer.ts";
import { readConfig } from "./config.ts";
import { readContents, readInstruction } from "./contents.ts";
import type { Errors } from "./errors.ts";
import { serverError } from "./errors.ts";
import { type Fields, openFields } from "./fields.ts";
import { findModel, type Model } from "./models.ts";
import { paintPicture } from "./pictures.ts";
import { invalidArgument, modelNotFound } from "./refusal.ts";
import { readSafety, readServiceTier, readTools } from "./settings.ts";
import { eventStream } from "./stream.ts";
import { writeText } from "./texts.ts";
import { priceOf, promptTokens, totalOf } from "./usage.ts";

/** The two ways to be answered. */
export type Method = "generateContent" | "streamGenerateContent";

const bodyNames = [
  "contents",
  "systemInstruction",
  "generationConfig",
  "safetySettings",
  "tools",
  "serviceTier",
];
const bytesMax = 100 * 1024 * 1024;

/** Answers the one method that makes everything: check, make, buy, answer. */
export function createGenerateRoute(world: World, errors: Errors) {
  return async (id: string, method: Method, { request, fault }: Exchange): Promise<Response> => {
    const model = findModel(id, world.now());
    if (!model) throw modelNotFound(id, method);
    if (request.bytes.length > bytesMax) {
      throw invalidArgument(`Request payload size exceeds the limit: ${bytesMax} bytes.`);
    }
    const sent = await request.body();
    const outcome = await make(openFields(sent.fields, "", bodyNames), model, fault, world);
    const answers = createAnswers(world, model);
    const { image, text } = outcome.tokens.answer;
    world.purchases.record({
      vendor: "gemini",
      purchase_id: answers.id,
      operation: model.kind === "image" ? "generate_image" : "generate_text",
      client_reference: clientReferenceOf(request),
      request_digest: digestOf(sent),
      outputs: image + text > 0 ? outcome.candidates.length : 0,
      credits: null,
      tokens: totalOf(outcome.tokens),
      usd: priceOf(model, outcome.tokens),
      refunded: false,
      created_at: new Date(world.now()).toISOString(),
    });

    // Words come faster than pictures.
    const latencyMs = world.settings.latencyMs / (model.kind === "image" ? 1 : 3);
    if (method === "generateContent") {
      await wait(latencyMs);
      return Response.json(answers.whole(outcome));
    }
    const pieces = answers.pieces(outcome);
    if (fault?.kind === "server_error") {
      const end = errors.body(serverError(fault.status ?? 500));
      pieces.splice(Math.max(1, pieces.length - 2), pieces.length, end);
    }
    return eventStream(pieces, request.query, () => wait(latencyMs / pieces.length));
  };
}

async function make(
  body: Fields,
  model: Model,
  fault: Exchange["fault"],
  { settings }: World,
): Promise<Outcome> {
  const config = readConfig(body, model);
  readSafety(body);
  readTools(body);
  readServiceTier(body);
  const instruction = readInstruction(body);
  const turns = await readContents(body, model);
  const prompt = promptTokens(instruction, turns);
  const { seed } = settings;
  return model.kind === "image"
    ? paintPicture({ model, config, turns, prompt, seed }, fault)
    : writeText({ model, config, instruction, turns, prompt, seed }, fault);
}
