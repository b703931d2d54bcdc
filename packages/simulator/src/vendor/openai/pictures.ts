import { setTimeout as wait } from "node:timers/promises";
import { withoutDirectives } from "../../faults/parse.ts";
import { paintScene } from "../../media/paint-scene.ts";
import { encode, type Picture } from "../../media/picture.ts";
import { clientReferenceOf, digestOf, type RequestBody } from "../../request.ts";
import type { Exchange, World } from "../vendor.ts";
import { type EditInputs, readEditInputs } from "./edit-inputs.ts";
import type { Errors } from "./errors.ts";
import { paintEdit } from "./paint-edit.ts";
import { type PictureOrder, parametersOf, readOrder, typedFormFields } from "./parameters.ts";
import { missing } from "./refusal.ts";
import type { Signature } from "./signature.ts";
import { nearestNamedSize, type Size } from "./size.ts";
import { streamPictures } from "./stream.ts";
import { countUsage, priceOf } from "./usage.ts";

/** The two endpoints that make pictures. */
export type PictureEndpoint = "generations" | "edits";

/** What the answer says about all its pictures. */
export interface PictureFacts {
  readonly size: string;
  readonly quality: string;
  readonly background: "transparent" | "opaque";
  readonly output_format: string;
}

// Documented defaults, useless since those models are retired: the vendor says to always send `model`.
const defaultModels = { generations: "dall-e-2", edits: "gpt-image-1.5" };

/** Answers one endpoint: check, buy, paint, answer. */
export function createPictureRoute(
  world: World,
  endpoint: PictureEndpoint,
  signature: Signature,
  errors: Errors,
) {
  return async ({ request, fault }: Exchange): Promise<Response> => {
    const sent = await request.body();
    const isForm = (request.headers.get("content-type") ?? "").startsWith("multipart/");
    const body: RequestBody = isForm ? { ...sent, fields: typedFormFields(sent.fields) } : sent;
    const order = readOrder(body.fields, parametersOf[endpoint], defaultModels[endpoint], world.now());
    if (endpoint === "generations" && body.files.length > 0) throw missing("prompt");
    const inputs = endpoint === "edits" ? await readEditInputs(body, order) : undefined;

    const size = order.size ?? (inputs ? nearestNamedSize(inputs.images[0]) : { width: 1024, height: 1024 });
    const usage = countUsage(order, size, inputs?.images ?? []);
    const requestId = signature.requestId();
    world.purchases.record({
      vendor: "openai",
      purchase_id: requestId,
      operation: `images/${endpoint}`,
      client_reference: clientReferenceOf(request) ?? order.safetyIdentifier ?? order.endUser,
      request_digest: digestOf(sent),
      outputs: order.n,
      credits: null,
      tokens: usage.total_tokens,
      usd: priceOf(order, usage),
      refunded: false,
      created_at: new Date(world.now()).toISOString(),
    });

    const facts: PictureFacts = {
      size: `${size.width}x${size.height}`,
      quality: order.quality,
      background: order.transparent ? "transparent" : "opaque",
      output_format: order.format,
    };
    const paint = (index: number) => paintOne(world, order, size, inputs, index);
    const safety = order.safetyIdentifier === null ? {} : { safety_identifier: order.safetyIdentifier };
    if (order.stream) {
      const events = streamPictures({
        world,
        order,
        endpoint,
        facts: { ...facts, ...safety },
        usage,
        paint,
        fault,
        errorBody: (asked) => errors.body(errors.of(asked), requestId),
      });
      const stream = new Response(events, { headers: { "content-type": "text/event-stream" } });
      return signature.sign(stream, requestId);
    }
    await wait(world.settings.latencyMs);
    const data: { b64_json: string }[] = [];
    for (let index = 0; index < order.n && fault?.kind !== "no_outputs"; index++) {
      data.push({ b64_json: await toBase64(await paint(index), order) });
    }
    const created = Math.floor(world.now() / 1000);
    return signature.sign(Response.json({ created, ...facts, data, usage, ...safety }), requestId);
  };
}

/** A picture as this vendor hands it over. */
export async function toBase64(picture: Picture, order: PictureOrder): Promise<string> {
  return (await encode(picture, order.format, order.compression)).toString("base64");
}

function paintOne(
  world: World,
  order: PictureOrder,
  size: Size,
  inputs: EditInputs | undefined,
  index: number,
): Promise<Picture> {
  const brief = {
    prompt: withoutDirectives(order.prompt),
    seed: world.settings.seed,
    index,
    transparent: order.transparent,
    ...size,
  };
  return inputs ? paintEdit(brief, inputs) : paintScene(brief);
}
