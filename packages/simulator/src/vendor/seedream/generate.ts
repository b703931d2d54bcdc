import { setTimeout as wait } from "node:timers/promises";
import { clientReferenceOf, digestOf, type ReceivedRequest, UnreadableBody } from "../../request.ts";
import type { Exchange } from "../vendor.ts";
import { type BatchTools, type Place, planBatch } from "./batch.ts";
import { readInputs } from "./inputs.ts";
import { type Order, readOrder } from "./parameters.ts";
import { streamBatch } from "./stream.ts";

/** What a batch used, and what is billed: pictures that came out. */
export interface Usage {
  readonly generated_images: number;
  readonly output_tokens: number;
  readonly total_tokens: number;
  readonly input_images?: number;
}

const pixelsPerToken = 256;

/** Answers `images/generations`: check, plan, buy, paint, answer. */
export function createGenerateRoute(tools: BatchTools) {
  const { world, errors } = tools;
  return async ({ request, fault }: Exchange, requestId: string): Promise<Response> => {
    if (!(request.headers.get("content-type") ?? "").startsWith("application/json")) {
      throw new UnreadableBody("content_type");
    }
    const order = readOrder((await request.body()).fields);
    const inputs = await readInputs((await request.body()).fields.image, order.model);
    const planned = await planBatch(order, inputs, fault, tools);
    const places = fault && order.stream && fault.stage === "stream" ? firstHalf(planned) : planned;
    const made = fault?.kind === "no_outputs" && !order.stream ? [] : places;
    const refused = made.find((place) => "refusal" in place);
    const isLost = made.every((place) => "refusal" in place);
    // A batch of which nothing is left is an error as a whole, not a list of errors.
    if (refused && isLost && !order.stream) throw refused.refusal;

    const usage = usageOf(made, inputs.length);
    if (usage.generated_images > 0) await buy(order, usage, request, requestId, tools);
    if (order.stream) return streamBatch({ order, places, usage, fault, requestId, isLost, tools });
    await wait(world.settings.latencyMs);
    const data: Record<string, unknown>[] = [];
    for (const place of made) {
      data.push("refusal" in place ? { error: errors.item(place.refusal, requestId) } : await place.make());
    }
    const created = Math.floor(world.now() / 1000);
    return Response.json({ model: order.model.id, created, data, usage });
  };
}

async function buy(
  { model }: Order,
  { generated_images: outputs }: Usage,
  request: ReceivedRequest,
  requestId: string,
  { world }: BatchTools,
): Promise<void> {
  world.purchases.record({
    vendor: "seedream",
    purchase_id: requestId,
    operation: "images/generations",
    client_reference: clientReferenceOf(request),
    request_digest: digestOf(await request.body()),
    outputs,
    credits: outputs,
    usd: Math.round(outputs * model.usd * 1e6) / 1e6,
    refunded: false,
    created_at: new Date(world.now()).toISOString(),
  });
}

function usageOf(places: readonly Place[], inputs: number): Usage {
  const sizes = places.flatMap((place) => ("refusal" in place ? [] : place.size));
  const tokens = sizes.reduce(
    (sum, { width, height }) => sum + Math.floor((width * height) / pixelsPerToken),
    0,
  );
  return {
    generated_images: sizes.length,
    output_tokens: tokens,
    total_tokens: tokens,
    ...(inputs > 0 ? { input_images: inputs } : {}),
  };
}

/** What is there when a stream breaks in the middle. */
function firstHalf(places: readonly Place[]): readonly Place[] {
  return places.slice(0, Math.floor(places.length / 2));
}
